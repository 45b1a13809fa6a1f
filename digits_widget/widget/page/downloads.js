// A button that makes a file: the page saves the file as soon as its link is there.

const SAVES = 10000; // milliseconds after which a link only waits for a click

const linksOf = root => [...root.querySelectorAll(".digits-link a[download]")];

const watchDownloads = (root, signal) => root.addEventListener("click", ({target}) => {
  if (!target.closest(".digits-saves")) return;
  root.digitsSaves = performance.now();
  for (const link of linksOf(root)) link.digitsOld = true;
}, {signal});

const followDownloads = root => {
  if (!(performance.now() - root.digitsSaves < SAVES)) return;
  const link = linksOf(root).find(each => !each.digitsOld);
  if (!link) return;
  root.digitsSaves = undefined;
  link.click();
};
