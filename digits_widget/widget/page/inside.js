// Inside: point at a map of a layer, and see where in the picture it responds, through
// which window, and for which pattern it looks.

const MAP_SIDE = 140; // CSS pixels of the picture, and of the pattern

const watchMaps = (root, signal) => {
  const onMap = event => event.target.closest?.(".digits-maps");
  root.addEventListener("mousemove", event => {
    const maps = onMap(event);
    if (!maps) return;
    const {left, top, width} = maps.querySelector("img").getBoundingClientRect();
    const {step, columns, lines, size} = gridOf(maps);
    const scale = width / size.x; // smaller where there is less room
    const within = (value, count) => Math.min(Math.max(Math.floor(value), 0), count - 1);
    const column = within((event.clientX - left) / scale / step.x, columns);
    const line = within((event.clientY - top) / scale / step.y, lines);
    pointAt(root, maps, line * columns + column);
  }, {signal});
  document.addEventListener("mousedown", () => { root.digitsMapsFocused = undefined; },
    {capture: true, signal});
  root.addEventListener("focusin", event => {
    const maps = onMap(event);
    root.digitsMapsFocused = maps && aboutOf(maps).name;
    if (maps && root.digitsMap?.name !== aboutOf(maps).name) pointAt(root, maps, 0);
  }, {signal});
  root.addEventListener("keydown", event => {
    const maps = onMap(event);
    if (!maps || event.ctrlKey || event.altKey || event.metaKey) return;
    const {columns} = gridOf(maps);
    const at = root.digitsMap?.index ?? 0;
    const to = {
      ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - columns,
      ArrowDown: at + columns, Home: 0, End: aboutOf(maps).count - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    pointAt(root, maps, to);
    announce(root.querySelector(".digits-map-words")?.textContent ?? "");
  }, {signal});
};

const aboutOf = maps => maps.digitsAbout ??= JSON.parse(maps.dataset.layer);

const gridOf = maps => {
  const {rows, cols, zoom, gap, columns, count} = aboutOf(maps);
  const lines = Math.ceil(count / columns);
  const step = {x: cols * zoom + gap, y: rows * zoom + gap};
  return {columns, lines, step, size: {x: columns * step.x - gap, y: lines * step.y - gap}};
};

const pointAt = (root, maps, index) => {
  const {name, count} = aboutOf(maps);
  if (index < 0 || index >= count) return;
  const {name: before, index: at} = root.digitsMap ?? {};
  if (before === name && at === index) return;
  root.digitsMap = {name, index};
  showMap(root);
};

// Show the map again whenever the layers have changed; at first, the strongest one of the
// first layer that has several.
const followMaps = root => {
  const layers = root.querySelector(".digits-layers");
  const newest = layers?.querySelector(".digits-maps");
  if (!layers || layers.digitsNewest === newest) return;
  layers.digitsNewest = newest;
  keepFocus(root, layers);
  if (newest && !findMaps(root)) {
    const all = [...layers.querySelectorAll(".digits-maps")];
    const maps = all.find(each => aboutOf(each).count > 1) ?? newest;
    const heights = aboutOf(maps).peaks.map(([, , value]) => Math.abs(value));
    root.digitsMap = {
      name: aboutOf(maps).name, index: heights.indexOf(Math.max(...heights)),
    };
  }
  showMap(root);
};

// Each answer replaces the maps. The keyboard stays on those that it was on.
const keepFocus = (root, layers) => {
  if (!root.digitsMapsFocused || document.activeElement !== document.body) return;
  const same = [...layers.querySelectorAll(".digits-maps")].find(
    maps => aboutOf(maps).name === root.digitsMapsFocused);
  same?.focus({preventScroll: true});
};

const findMaps = root => [...root.querySelectorAll(".digits-maps")].find(
  maps => aboutOf(maps).name === root.digitsMap?.name);

const showMap = root => {
  for (const old of root.querySelectorAll(".digits-map-mark")) old.remove();
  const view = root.querySelector(".digits-map-view");
  const maps = findMaps(root);
  if (!view || !maps) return view?.replaceChildren();
  const about = aboutOf(maps), {index} = root.digitsMap;
  markMap(maps, about, index);
  const inside = view.closest(".digits-inside");
  const top = element => element.getBoundingClientRect().top
    - inside.getBoundingClientRect().top;
  inside.style.setProperty("--digits-beside", `${top(maps.parentElement)}px`);
  inside.style.setProperty("--digits-below", `${top(maps) + maps.offsetHeight + 6}px`);
  const parts = [stageOf(root, maps, about, index), patternOf(maps, about, index)];
  view.replaceChildren(...parts.filter(Boolean), wordsOf(about, index, parts[1]));
};

const markMap = (maps, {columns, rows, cols, zoom}, index) => {
  const {step, size} = gridOf(maps);
  const mark = document.createElement("i");
  mark.className = "digits-map-mark";
  const across = pixels => `${100 * pixels / size.x}%`;
  const down = pixels => `${100 * pixels / size.y}%`;
  mark.style.left = across(index % columns * step.x);
  mark.style.top = down(Math.floor(index / columns) * step.y);
  mark.style.width = across(cols * zoom);
  mark.style.height = down(rows * zoom);
  maps.append(mark);
};

// The picture that the layer looks at, the map over it, and the window of its strongest
// number.
const stageOf = (root, maps, about, index) => {
  const {field, peaks, rows, cols} = about;
  const base = field && root.querySelector(
    `.digits-layers [data-picture="${field.picture}"]`);
  if (!base) return null;
  const stage = document.createElement("div");
  stage.className = "digits-map-stage";
  const scale = MAP_SIDE / Math.max(base.naturalWidth, base.naturalHeight, 1);
  const picture = base.cloneNode();
  picture.hidden = false;
  Object.assign(picture.style, {
    width: `${base.naturalWidth * scale}px`, height: `${base.naturalHeight * scale}px`,
  });
  const place = (element, top, left, height, width) => {
    const sides = {top, left, height, width};
    for (const side in sides) element.style[side] = `${sides[side] * scale}px`;
    stage.append(element);
  };
  // A number stands in the middle of what it looks at.
  const middle = axis => axis.start + (axis.size - axis.stride) / 2;
  stage.append(picture);
  place(mapOf(maps, about, index), middle(field.rows), middle(field.cols),
    rows * field.rows.stride, cols * field.cols.stride);
  const [row, column, value] = peaks[index];
  if (value) {
    const frame = document.createElement("i");
    place(frame, field.rows.start + row * field.rows.stride,
      field.cols.start + column * field.cols.stride, field.rows.size, field.cols.size);
  }
  return stage;
};

// One map in orange, as transparent as it is pale.
const mapOf = (maps, {columns, rows, cols, zoom}, index) => {
  const {step} = gridOf(maps);
  const canvas = cut("Where the map responds", maps.querySelector("img"),
    index % columns * step.x, Math.floor(index / columns) * step.y,
    cols * zoom, rows * zoom, cols, rows);
  const context = canvas.getContext("2d");
  const image = context.getImageData(0, 0, cols, rows);
  for (let at = 0; at < image.data.length; at += 4) {
    const [red, green, blue] = image.data.slice(at, at + 3);
    const isGrey = red === green && green === blue;
    image.data[at + 3] = 0.85 * (255 - Math.min(red, green, blue));
    if (isGrey) image.data.set([230, 97, 0], at);
  }
  context.putImageData(image, 0, 0);
  return canvas;
};

const patternOf = (maps, {count}, index) => {
  const patterns = maps.querySelector("[data-patterns]");
  if (!patterns) return null;
  const side = patterns.naturalWidth / count, high = patterns.naturalHeight;
  const canvas = cut(
    "The pattern", patterns, index * side, 0, side, high, side, high);
  canvas.className = "digits-map-pattern";
  return canvas;
};

const cut = (name, image, x, y, width, height, columns, rows) => {
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", name);
  const context = canvas.getContext("2d", {willReadFrequently: true});
  context.imageSmoothingEnabled = false;
  context.drawImage(image, x, y, width, height, 0, 0, columns, rows);
  return canvas;
};

const wordsOf = ({name, count, rows, cols, field, peaks}, index, pattern) => {
  const words = document.createElement("p");
  words.className = "digits-map-words";
  const [row, column, value] = peaks[index];
  const isMap = rows * cols > 1;
  const title = document.createElement("b");
  title.textContent = count === 1 ? name
    : `${name}, ${isMap ? "map" : "number"} ${index + 1} of ${count}`;
  const sentences = [];
  if (!value) sentences.push(isMap ? "Silent: nothing here fits." : "It is 0.");
  else if (!isMap) sentences.push(`It is ${value}.`);
  else sentences.push(`Strongest: ${value}, in row ${row + 1}, column ${column + 1}.`);
  if (value && field && field.rows.size * field.cols.size > 1) {
    sentences.push(`That number looks at the ${field.rows.size} by ${field.cols.size} `
      + "pixels in the frame.");
  }
  if (pattern) sentences.push("Its pattern: orange wants ink, blue wants paper.");
  words.append(title, document.createElement("br"), sentences.join(" "));
  return words;
};
