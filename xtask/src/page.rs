//! Building the page that is published: Trunk, then wasm-opt, then a look at the size.

use std::fs;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::needs;
use crate::order;
use crate::place::Place;
use crate::run::Call;
use crate::size::{self, Size, kilobytes};
use crate::tools;

/// What the compiler's WebAssembly uses beyond the first version of the format. Not `--all-features`: then
/// wasm-opt writes what browsers do not read yet.
const WASM_FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// What wasm-opt does. It is not told that traps never happen (`--ignore-implicit-traps`) nor that the lowest
/// kilobyte is free (`--low-memory-unused`): it then loads before it has looked whether it may, and the page
/// stops with an access out of bounds.
const WASM_PASSES: &[&str] = &["-Oz"];
/// What it does then, with the names that [`order`] gives. How memory is aligned is a hint that browsers make
/// no use of; without it, more loads and stores are alike.
const WASM_ORDER: &[&str] = &["--dealign", "--reorder-functions-by-name"];

/// Trunk, with the tools it calls in front of the PATH.
pub(crate) fn trunk(place: &Place) -> Call {
    let call = Call::new(place.tool("trunk"), place)
        .path_first(&place.tools().join("bin"))
        .env("TRUNK_SKIP_VERSION_CHECK", "true");
    // This version of Trunk wants a word where everybody else writes 1.
    if std::env::var_os("NO_COLOR").is_some() { call.env("NO_COLOR", "true") } else { call }
}

/// Builds `dist/` with everything that takes, and prints its size.
pub(crate) fn build_and_report(place: &Place) -> Result<(), Failure> {
    needs::ensure(&tools::page_needs(true), place)?;
    build(place)?;
    size::report(&place.dist())
}

/// Builds `dist/`. The machine's own part of the needs is taken as met.
pub(crate) fn build(place: &Place) -> Result<(), Failure> {
    tools::ensure_rust_tools(place)?;
    tools::ensure_node_packages(place)?;
    println!("Building the page, optimised (a minute or three)");
    trunk(place).args(["build", "--release"]).run()?;
    let module = module(place)?;
    let before = Size::of_file(&module)?;
    shrink(place, &module)?;
    let after = Size::of_file(&module)?;
    for (who, size) in [("the compiler", before), ("wasm-opt", after)] {
        println!(
            "module from {who}: {} raw, {} compressed",
            kilobytes(size.raw),
            kilobytes(size.gzip)
        );
    }
    println!("{}", size::verdict(after)?);
    Ok(())
}

/// The page's one WebAssembly module in `dist/`.
fn module(place: &Place) -> Result<PathBuf, Failure> {
    let dist = place.dist();
    let mut modules = Vec::new();
    for entry in fs::read_dir(&dist).map_err(Failure::file(&dist))? {
        let path = entry.map_err(Failure::file(&dist))?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            modules.push(path);
        }
    }
    match (modules.pop(), modules.is_empty()) {
        (Some(module), true) => Ok(module),
        _ => Err(Failure::Absent(format!("{} should hold exactly one .wasm file", dist.display()))),
    }
}

/// Lets wasm-opt rewrite the module, and then put its functions into an order that compresses well.
fn shrink(place: &Place, module: &PathBuf) -> Result<(), Failure> {
    wasm_opt(place, module, WASM_PASSES)?;
    let bytes = fs::read(module).map_err(Failure::file(module))?;
    let named = order::name_in_order(&bytes).ok_or_else(|| {
        Failure::Absent(format!("{} should be a module that can be read", module.display()))
    })?;
    fs::write(module, named).map_err(Failure::file(module))?;
    wasm_opt(place, module, WASM_ORDER)
}

/// Runs wasm-opt: npm's, because older ones of Linux distributions write modules that do not start.
fn wasm_opt(place: &Place, module: &PathBuf, passes: &[&str]) -> Result<(), Failure> {
    let shrunk = module.with_extension("opt");
    Call::new("node", place)
        .arg(place.file("node_modules/binaryen/bin/wasm-opt"))
        .args(passes)
        .args(WASM_FEATURES)
        .arg(module)
        .arg("-o")
        .arg(&shrunk)
        .run()?;
    fs::rename(&shrunk, module).map_err(Failure::file(module))
}
