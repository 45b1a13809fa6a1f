// The overlay: the browser's own part of the widget, an anywidget. overlay.py joins the
// files of this folder into one module.

export default {
  // Runs once for each page, before any view, even if there is none.
  initialize({model}) {
    model.on("msg:custom", ({say}) => say && announce(say));
    mendChannel(model);
  },

  // Runs once for each place that shows the widget or a part of it.
  render({model, el}) {
    const views = new AbortController();
    const {signal} = views;
    countView(model, 1);
    whenPlaced(el, root => {
      watchKernel(root, model, signal);
      watchKeys(root, model, signal);
      watchRoad(root, signal);
      watchFilm(root, signal);
      watchTargets(root, model, signal);
      watchPins(root, model, signal);
      watchCopy(root, signal);
      watchMaps(root, signal);
      watchDownloads(root, signal);
      watchFiles(root, model, signal);
      const look = () => {
        nameControls(root);
        followRoad(root);
        followFilm(root);
        followTargets(root);
        followMaps(root);
        followDownloads(root);
        for (const canvas of root.querySelectorAll(".digits-paper canvas")) {
          if (canvas.digitsWired) continue;
          canvas.digitsWired = true;
          followPointer(canvas, model, signal);
          // Python paints the sheet once a view says that it can show it.
          tell(model, {event: "ready"});
        }
      };
      observe(root, look, signal);
    });
    return () => {
      views.abort();
      countView(model, -1);
    };
  },
};

// A view exists before it has a place in the page; this element reports when it has one.
const PLACED = "digits-placed";
if (!customElements.get(PLACED)) {
  customElements.define(PLACED, class extends HTMLElement {
    connectedCallback() { this.placed?.(); }
  });
}

const whenPlaced = (el, then) => {
  const mark = document.createElement(PLACED);
  let known;
  mark.placed = () => {
    const root = mark.closest(".digits-widget");
    if (root && root !== known) then(known = root);
  };
  el.append(mark);
};

const observe = (root, look, signal) => {
  const observer = new MutationObserver(look);
  observer.observe(root, {
    attributeFilter: ["class", "title"], childList: true, subtree: true,
  });
  signal.addEventListener("abort", () => observer.disconnect());
  root.addEventListener("focusin", look, {signal});
  look();
};

// Count this tab's views. A page that is loaded again counts anew under the same name,
// which forgets the views of the old page: it could not report that they closed.
const countView = (model, change) => {
  const counts = window.digitsViews ??= {};
  const id = model.get("canvas");
  counts[id] = (counts[id] ?? 0) + change;
  tell(model, {event: "seen", tab: tabName(), count: counts[id]});
};

const tabName = () => {
  try {
    return sessionStorage.digitsTab ??= String(Math.random());
  } catch {
    return ""; // a frame that may keep nothing
  }
};

// Make screen readers say a final sentence once: see headline.py.
const announce = words => {
  let region = document.getElementById("digits-announcer");
  if (!region) {
    region = document.createElement("div");
    Object.assign(region, {id: "digits-announcer", className: "digits-unseen"});
    region.setAttribute("role", "status");
    region.setAttribute("aria-live", "polite");
    document.body.append(region);
  }
  region.textContent = "";
  setTimeout(() => { region.textContent = words; }, 100);
};
