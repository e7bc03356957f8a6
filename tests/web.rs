//! The page in a browser, component by component.
#![cfg(all(target_arch = "wasm32", feature = "page"))]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn mounts_into_the_body() {
    windtunnel::app::mount();
    leptos::task::tick().await;
    let document = web_sys::window().and_then(|window| window.document()).expect("a document");
    let heading = document.query_selector("h1").expect("a valid selector");
    assert_eq!(
        heading.and_then(|found| found.text_content()),
        Some("SandboxOne order, made visible".to_string())
    );
}
