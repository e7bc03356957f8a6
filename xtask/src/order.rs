//! The order of a module's functions, for the compression of a static host: it looks back 32 kB, and what
//! is said there already costs next to nothing. So functions lie beside those they have much in common with.
//!
//! wasm-opt can sort functions by their names. The names are of no further use in the built page, so they are
//! replaced by numbers that say the wanted order.

use std::collections::HashMap;

/// How long the pieces are that functions are compared by, in bytes: an instruction or three.
const PIECE: usize = 6;
/// Pieces that are in more functions than this tell nothing about what lies well together.
const COMMON: usize = 300;
/// How many functions back something is looked for. The compression finds what is further away too, but
/// what is near takes fewer bits.
const NEAR: usize = 60;
/// Added to a function's length before what it shares is weighed against it: the smallest ones do not all
/// come first because of a piece or two.
const WEIGHT: usize = 100;

const CUSTOM: u8 = 0;
const IMPORT: u8 = 2;
const CODE: u8 = 10;
/// The subsection of the section of names that is about functions, and the kind of an import that is one.
const FUNCTIONS: u8 = 1;
const FUNCTION: u8 = 0;

/// The module, with names for its functions that sort as the functions should lie; none if it is no module
/// that this can read.
pub(crate) fn name_in_order(module: &[u8]) -> Option<Vec<u8>> {
    let mut rest = module.get(8..)?;
    let mut imported = 0;
    let mut bodies = Vec::new();
    while !rest.is_empty() {
        let (kind, content) = (byte(&mut rest)?, block(&mut rest)?);
        match kind {
            IMPORT => imported = imported_functions(content)?,
            CODE => bodies = blocks(content)?,
            _ => {}
        }
    }
    let mut map = Vec::new();
    put(&mut map, bodies.len());
    let mut places = vec![0; bodies.len()];
    for (place, function) in order(&bodies).into_iter().enumerate() {
        places[function] = place;
    }
    for (function, place) in places.into_iter().enumerate() {
        put(&mut map, imported + function);
        put_block(&mut map, format!("{place:08}").as_bytes());
    }
    let mut names = Vec::new();
    put_block(&mut names, b"name");
    names.push(FUNCTIONS);
    put_block(&mut names, &map);
    let mut named = module.to_vec();
    named.push(CUSTOM);
    put_block(&mut named, &names);
    Some(named)
}

/// How many functions are imported; none if anything else is: wasm-bindgen's modules import nothing else.
fn imported_functions(mut section: &[u8]) -> Option<usize> {
    let count = number(&mut section)?;
    for _ in 0..count {
        let (_module, _name) = (block(&mut section)?, block(&mut section)?);
        if byte(&mut section)? != FUNCTION {
            return None;
        }
        number(&mut section)?;
    }
    Some(count)
}

/// Functions in an order in which each has much in common with those shortly before it: the first one, then
/// always the one of which the largest part is there already.
fn order(bodies: &[&[u8]]) -> Vec<usize> {
    let pieces = telling_pieces(bodies);
    let holders = holders(&pieces);
    let mut order: Vec<usize> = Vec::new();
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    // How often each piece is near, and what the pieces are worth that a function shares with what is near.
    let mut near = vec![0_u32; holders.len()];
    let mut shared = vec![0_usize; bodies.len()];
    while !left.is_empty() {
        let part = |function: usize| shared[function] * 1000 / (bodies[function].len() + WEIGHT);
        let mut best = 0;
        for at in 1..left.len() {
            if part(left[at]) > part(left[best]) {
                best = at;
            }
        }
        let next = left.remove(best);
        order.push(next);
        for &piece in &pieces[next] {
            near[piece] += 1;
            if near[piece] == 1 {
                let worth = worth(holders[piece].len());
                holders[piece].iter().for_each(|&function| shared[function] += worth);
            }
        }
        let Some(gone) = order.len().checked_sub(NEAR + 1) else { continue };
        for &piece in &pieces[order[gone]] {
            near[piece] -= 1;
            if near[piece] == 0 {
                let worth = worth(holders[piece].len());
                holders[piece].iter().for_each(|&function| shared[function] -= worth);
            }
        }
    }
    order
}

/// What a piece is worth that so many functions have: the rarer it is, the more it tells.
fn worth(holders: usize) -> usize {
    100_000 / (holders.saturating_sub(1) * 10_000).isqrt().max(1)
}

/// The pieces of each function, by their numbers: those that are in others too, but not everywhere.
fn telling_pieces(bodies: &[&[u8]]) -> Vec<Vec<usize>> {
    let mut numbers: HashMap<&[u8], usize> = HashMap::new();
    let mut pieces = Vec::new();
    for body in bodies {
        let mut own = Vec::new();
        for piece in body.windows(PIECE) {
            let next = numbers.len();
            own.push(*numbers.entry(piece).or_insert(next));
        }
        own.sort_unstable();
        own.dedup();
        pieces.push(own);
    }
    let mut counts = vec![0; numbers.len()];
    pieces.iter().flatten().for_each(|&piece| counts[piece] += 1);
    for own in &mut pieces {
        own.retain(|&piece| (2..=COMMON).contains(&counts[piece]));
    }
    pieces
}

/// Which functions have each piece.
fn holders(pieces: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let count = pieces.iter().flatten().max().map_or(0, |last| last + 1);
    let mut holders = vec![Vec::new(); count];
    for (function, own) in pieces.iter().enumerate() {
        own.iter().for_each(|&piece| holders[piece].push(function));
    }
    holders
}

fn byte(from: &mut &[u8]) -> Option<u8> {
    let (first, rest) = from.split_first()?;
    *from = rest;
    Some(*first)
}

/// A number as the format writes it: seven bits a byte, the lowest first.
fn number(from: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in (0..35).step_by(7) {
        let next = byte(from)?;
        number |= usize::from(next & 127) << shift;
        if next < 128 {
            return Some(number);
        }
    }
    None
}

/// What is preceded by its length.
fn block<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = number(from)?;
    let (block, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(block)
}

/// What is preceded by their count.
fn blocks(mut section: &[u8]) -> Option<Vec<&[u8]>> {
    let count = number(&mut section)?;
    (0..count).map(|_| block(&mut section)).collect()
}

fn put(to: &mut Vec<u8>, mut number: usize) {
    while number >= 128 {
        to.push((number & 127) as u8 | 128);
        number >>= 7;
    }
    to.push(number as u8);
}

fn put_block(to: &mut Vec<u8>, block: &[u8]) {
    put(to, block.len());
    to.extend_from_slice(block);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn puts_beside_each_other_what_has_much_in_common() {
        let (a, b) = (b"one and the same text", b"something else entirely");
        let (like_a, like_b) = (b"one and the same, but", b"nothing else entirely");
        assert_eq!(order(&[a, b, like_a, like_b]), [0, 2, 1, 3]);
        assert_eq!(order(&[b"a", b"b"]), [0, 1]);
        assert_eq!(order(&[]), [0; 0]);
    }

    #[test]
    fn forgets_what_is_far_back() {
        let like_the_first = format!("one an{}", "q".repeat(200));
        for (links, last) in [(NEAR - 1, [NEAR + 1, 1]), (NEAR, [1, NEAR + 2])] {
            let chain = (0..links).map(|n| format!("a chain of many links {n:2}"));
            let mut bodies = vec!["one an, a chain of many links".to_owned(), "another".to_owned()];
            bodies.extend(chain);
            bodies.push(like_the_first.clone());
            let bodies: Vec<&[u8]> = bodies.iter().map(String::as_bytes).collect();
            assert_eq!(order(&bodies)[links + 1..], last, "{links} between");
        }
    }

    #[test]
    fn names_say_the_order() {
        let bodies: [&[u8]; 3] = [b"one and the same", b"something else", b"one and the same too"];
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        module.extend_from_slice(b"\x02\x07\x01\x01m\x01f\0\0");
        let mut code = vec![3];
        bodies.iter().for_each(|body| put_block(&mut code, body));
        module.push(CODE);
        put_block(&mut module, &code);
        let named = name_in_order(&module).unwrap_or_default();
        assert!(named.starts_with(&module));
        let names = "\0\x26\x04name\x01\x1f\x03\x01\x0800000000\x02\x0800000002\x03\x0800000001";
        let names = names.as_bytes();
        assert_eq!(&named[module.len()..], names);
    }

    #[test]
    fn reads_no_other_module() {
        assert_eq!(name_in_order(b"\0asm"), None);
        assert_eq!(name_in_order(b"\0asm\x01\0\0\0\x0a\x7f"), None);
        // It imports a memory.
        assert_eq!(name_in_order(b"\0asm\x01\0\0\0\x02\x07\x01\x01m\x01f\x02\0\x01"), None);
    }
}
