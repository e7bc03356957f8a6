//! The page in a browser, component by component.
#![cfg(all(target_arch = "wasm32", feature = "page"))]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn mounts_into_the_body() {
    windtunnel::app::mount();
    leptos::task::tick().await;
    let heading = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.query_selector("h1").ok().flatten())
        .and_then(|found| found.text_content());
    assert_eq!(heading.as_deref(), Some("SandboxOne order, made visible"));
}
