//! The page in a browser, component by component.
#![cfg(all(target_arch = "wasm32", feature = "page"))]

use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// Mounts the page at an address, and reads its newest heading.
async fn heading_at(address: &str) -> Option<String> {
    let window = web_sys::window()?;
    window.history().ok()?.replace_state_with_url(&JsValue::NULL, "", Some(address)).ok()?;
    windtunnel::app::mount();
    leptos::task::tick().await;
    let found = window.document()?.query_selector_all("h1").ok()?;
    found.get(found.length().checked_sub(1)?)?.text_content()
}

#[wasm_bindgen_test]
async fn mounts_into_the_body() {
    let start = heading_at("/").await;
    assert_eq!(start.as_deref(), Some("See JetStream flow."));
    let scene = heading_at("/?scene=one-order").await;
    assert_eq!(scene.as_deref(), Some("SandboxOne order, made visible"));
}
