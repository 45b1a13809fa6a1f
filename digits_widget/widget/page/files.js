// A file that is dropped on the paper, or pasted while the paper has the focus.

const MOST_BYTES = 8_000_000; // Jupyter closes the connection at a message of 10 MB

const watchFiles = (root, model, signal) => {
  const isOnPaper = event => Boolean(event.target.closest?.(".digits-paper"));
  // JupyterLab would take the file for one to upload, and a browser would open it.
  const keep = event => { event.preventDefault(); event.stopPropagation(); };
  const on = (kind, handler) => root.addEventListener(kind, handler, {capture: true, signal});
  for (const kind of ["dragenter", "dragover"]) {
    on(kind, event => {
      if (isOnPaper(event) && event.dataTransfer?.types.includes("Files")) keep(event);
    });
  }
  on("drop", event => {
    const [file] = event.dataTransfer?.files ?? [];
    if (!file || !isOnPaper(event)) return;
    keep(event);
    sendFile(model, file);
  });
  on("paste", event => {
    const [file] = event.clipboardData?.files ?? [];
    if (!file || !isOnPaper(event)) return;
    keep(event);
    sendFile(model, file);
  });
};

const sendFile = async (model, file) => {
  const content = file.size > MOST_BYTES ? new ArrayBuffer() : await file.arrayBuffer();
  tell(model, {event: "file", name: file.name}, [content]);
};
