// What the theme leaves out for people who use a keyboard or a screen reader.

const label = (place, words) => document.querySelector(place)?.setAttribute("aria-label", words);

// Keys scroll only what Tab reaches: code and tables that are wider than the page.
const reachWhatScrolls = () => {
  for (const box of document.querySelectorAll("pre, .table-wrapper, .output")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
};

addEventListener("DOMContentLoaded", () => {
  label(".sidebar-drawer", "Pages");
  label(".toc-drawer", "On this page");
  for (const caption of document.querySelectorAll(".caption[role=heading]")) {
    caption.setAttribute("aria-level", "2");
  }
  reachWhatScrolls();
});
addEventListener("resize", reachWhatScrolls);
