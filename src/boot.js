// Starts the engine. A file of its own because the page's content security policy allows no inline script.
// Trunk writes the names of the two built files into the element #engine (see Trunk.toml).

const engine = document.getElementById("engine");

function address(relative) {
  return new URL(relative, document.baseURI).href;
}

function showFailure(error) {
  console.error("Windtunnel could not start:", error);
  const banner = document.getElementById("panic");
  banner.textContent = `Windtunnel could not start. It needs WebAssembly and its own files: ${error}`;
  banner.hidden = false;
}

try {
  const { default: start } = await import(address(engine.dataset.js));
  await start({ module_or_path: engine.href });
  document.documentElement.dataset.started = "";
} catch (error) {
  showFailure(error);
}
