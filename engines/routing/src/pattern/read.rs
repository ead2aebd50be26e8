//! What can be said of an expression without running it.

use std::collections::BTreeSet;

use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Class, Dot, Hir, HirKind};

use super::{Piece, fold_letter};

/// Words that even a short expression may stand for; a longer one as many as it has letters.
const WORDS: usize = 64;

/// Most texts of which a value needs one.
const NEEDS_MAX: usize = 32;

/// All values that fit, when they are few for an expression of this many bytes.
pub(super) fn words(meaning: &Hir, bytes: usize) -> Option<BTreeSet<String>> {
    if !meaning.properties().look_set().is_empty() {
        return None;
    }
    let found = Extractor::new()
        .limit_class(64)
        .limit_repeat(16)
        .limit_literal_len(1_000)
        .limit_total(bytes.max(WORDS))
        .extract(meaning);
    // An expression that nothing fits has no literals, and they are exact.
    let words = found.literals().filter(|words| words.iter().all(|word| word.is_exact()))?;
    words.iter().map(|word| String::from_utf8(word.as_bytes().to_vec()).ok()).collect()
}

/// The expression as texts with gaps, when it is no more than that.
pub(super) fn gaps(meaning: &Hir) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    for part in parts(meaning) {
        match (bare(part).kind(), pieces.last_mut()) {
            (HirKind::Literal(literal), last) => {
                let text = std::str::from_utf8(&literal.0).ok()?;
                if text.contains('\n') {
                    return None;
                }
                match last {
                    Some(Piece::Text(before)) => before.push_str(text),
                    _ => pieces.push(Piece::Text(text.to_owned())),
                }
            }
            (HirKind::Repetition(again), last) if again.max.is_none() => {
                if *bare(&again.sub).kind() != *Hir::dot(Dot::AnyCharExceptLF).kind() {
                    return None;
                }
                let least = usize::try_from(again.min).ok()?;
                match last {
                    Some(Piece::Gap(before)) => *before += least,
                    _ => pieces.push(Piece::Gap(least)),
                }
            }
            _ => return None,
        }
    }
    Some(pieces)
}

/// What a group holds: which part of a value fits it is never asked.
fn bare(mut meaning: &Hir) -> &Hir {
    while let HirKind::Capture(capture) = meaning.kind() {
        meaning = &capture.sub;
    }
    meaning
}

fn parts(meaning: &Hir) -> &[Hir] {
    match bare(meaning).kind() {
        HirKind::Concat(parts) => parts,
        _ => std::slice::from_ref(meaning),
    }
}

/// Texts of which every value that fits holds one, folded; `None` when none is known. Nesting is
/// limited by the parser, so this may recurse.
pub(super) fn needs(meaning: &Hir) -> Option<Vec<String>> {
    if let Some(text) = text(meaning) {
        return Some(vec![text]);
    }
    match meaning.kind() {
        HirKind::Capture(capture) => needs(&capture.sub),
        HirKind::Repetition(again) if again.min > 0 => needs(&again.sub),
        HirKind::Concat(parts) => of_parts(parts),
        HirKind::Alternation(ways) => {
            let mut all = Vec::new();
            for way in ways {
                all.extend(needs(way)?);
            }
            (all.len() <= NEEDS_MAX).then_some(all)
        }
        _ => None,
    }
}

/// The best of what the parts need; texts that follow each other are one.
fn of_parts(parts: &[Hir]) -> Option<Vec<String>> {
    let mut best: Option<Vec<String>> = None;
    let mut run = String::new();
    for part in parts {
        if let Some(text) = text(part) {
            run.push_str(&text);
            continue;
        }
        if matches!(part.kind(), HirKind::Look(_)) {
            continue;
        }
        if !run.is_empty() {
            better(&mut best, vec![std::mem::take(&mut run)]);
        }
        if let Some(need) = needs(part) {
            better(&mut best, need);
        }
    }
    if !run.is_empty() {
        better(&mut best, vec![run]);
    }
    best
}

/// The longer the shortest of the texts, the fewer values hold one by chance.
fn better(best: &mut Option<Vec<String>>, other: Vec<String>) {
    let shortest = |texts: &Vec<String>| texts.iter().map(String::len).min().unwrap_or_default();
    if best.as_ref().is_none_or(|best| shortest(best) < shortest(&other)) {
        *best = Some(other);
    }
}

/// The one text that fits, but for the case of its letters, folded.
fn text(meaning: &Hir) -> Option<String> {
    match meaning.kind() {
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            Some(text.chars().map(fold_letter).collect())
        }
        HirKind::Class(Class::Unicode(class)) => {
            let mut letters = class.iter().flat_map(|range| range.start()..=range.end());
            let letter = fold_letter(letters.next()?);
            letters.take(4).all(|other| fold_letter(other) == letter).then(|| letter.to_string())
        }
        HirKind::Capture(capture) => text(&capture.sub),
        _ => None,
    }
}
