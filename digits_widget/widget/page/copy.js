// The button "Copy" of a text. The page copies by itself: no kernel is needed.

const COPIED = 1500; // milliseconds for which the button says so

const watchCopy = (root, signal) => root.addEventListener("click", async event => {
  const button = event.target.closest(".digits-copy");
  if (!button) return;
  const text = button.parentElement.querySelector("pre");
  try {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = "Copied";
  } catch {
    // A page that is not from this machine and not encrypted has no clipboard.
    getSelection().selectAllChildren(text);
    button.textContent = "Press Ctrl+C";
  }
  announce(button.textContent);
  setTimeout(() => { button.textContent = "Copy"; }, COPIED);
}, {signal});
