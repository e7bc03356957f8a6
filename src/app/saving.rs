//! Handing an object to the browser as a file.
//!
//! Its bytes are copied out of this module's memory a portion at a time, and between two portions the page
//! goes on: 64 MiB at once would hold it for half a second.

use bytes::Bytes;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::view::files::portions;

/// Told how many bytes are handed over; whether it is to go on.
pub(crate) type Told = Box<dyn FnMut(u64) -> bool>;

/// Has the browser save a file of these pieces, unless that is given up on the way.
pub(crate) async fn save(name: String, pieces: Vec<Bytes>, mut told: Told) {
    let portions = portions(&pieces);
    let (parts, mut done) = (js_sys::Array::new(), 0);
    for portion in portions {
        let Some(part) = blob(portion) else { return };
        parts.push(&part);
        done += portion.iter().map(|piece| piece.len() as u64).sum::<u64>();
        if !told(done) {
            return;
        }
        breathe().await;
    }
    // Of portions that are in the browser's hands already: nothing is copied any more.
    if let Ok(whole) = web_sys::Blob::new_with_blob_sequence(&parts) {
        offer(&name, &whole);
    }
}

/// These pieces in the browser's hands.
fn blob(pieces: &[Bytes]) -> Option<JsValue> {
    let parts: js_sys::Array =
        pieces.iter().map(|piece| js_sys::Uint8Array::from(&piece[..])).collect();
    Some(web_sys::Blob::new_with_u8_array_sequence(&parts).ok()?.into())
}

/// Lets the browser do what else it has to do.
async fn breathe() {
    let turn = js_sys::Promise::new(&mut |go, _| _ = window().set_timeout_with_callback(&go));
    let _ = JsFuture::from(turn).await;
}

fn offer(name: &str, file: &web_sys::Blob) {
    let url = web_sys::Url::create_object_url_with_blob(file);
    let link = document().create_element("a").ok();
    let link = link.and_then(|link| link.dyn_into::<web_sys::HtmlAnchorElement>().ok());
    if let (Ok(url), Some(link)) = (url, link) {
        link.set_href(&url);
        link.set_download(name.rsplit('/').next().unwrap_or(name));
        link.click();
        let _ = web_sys::Url::revoke_object_url(&url);
    }
}
