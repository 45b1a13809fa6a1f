// The kernel, as a page sees it: drawing commands that come from it, and its end.

// JupyterLab throws once the kernel has gone: then ignore the message.
const tell = (model, message, buffers) => {
  try {
    model.send(message, undefined, buffers);
  } catch (error) {
    console.debug("Not told to the kernel:", message, error);
  }
};

const modelOf = (model, name) =>
  model.widget_manager.get_model(model.get(name).replace("IPY_MODEL_", ""));

// ipycanvas runs all commands of a page in one chain of promises. A single failure, such
// as a command for a canvas that this page does not know, breaks the chain for good
// (ipycanvas#322). So catch the failure of each message, and ask for the whole sheet.
const mendChannel = async model => {
  const channel = (await modelOf(model, "canvas")).get("_canvas_manager");
  if (!channel?.onCommand) return;
  channel.digitsAsk = askSoon(model);
  if (channel.digitsMended) return;
  channel.digitsMended = true;
  const run = channel.onCommand;
  const lost = error => {
    console.warn("A drawing command failed; the sheet is painted again.", error);
    channel.digitsAsk();
  };
  channel.onCommand = async (...message) => {
    try {
      await run.apply(channel, message);
    } catch (error) {
      lost(error);
    }
  };
  channel.currentProcessing = channel.currentProcessing?.catch(lost);
};

const askSoon = model => {
  let timer;
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      tell(model, {event: "ready"});
    }, 500);
  };
};

const POINTED = [
  ...["down", "move", "up", "out", "leave"].map(name => `mouse${name}`),
  ...["start", "move", "end", "cancel"].map(name => `touch${name}`),
  "keydown", "wheel",
];

// Without its kernel the widget is a picture. Say so once, in words, in place of the
// broken link that ipywidgets puts beside each control.
const watchKernel = async (root, model, signal) => {
  const canvas = await modelOf(model, "canvas");
  const words = document.createElement("p");
  words.className = "digits-gone-words";
  words.setAttribute("role", "status");
  const look = () => {
    const isGone = !canvas.comm_live;
    root.classList.toggle("digits-gone", isGone);
    for (const part of root.children) if (part !== words) part.inert = isGone;
    if (!isGone) return words.remove();
    words.textContent = model.get("gone");
    if (words.parentElement !== root) root.prepend(words);
  };
  // ipycanvas would fail to send the pointer's events, so stop them here.
  const hush = event => { if (!canvas.comm_live) event.stopImmediatePropagation(); };
  for (const type of POINTED) root.addEventListener(type, hush, {capture: true, signal});
  canvas.on("comm_live_update", look);
  signal.addEventListener("abort", () => canvas.off("comm_live_update", look));
  look();
};
