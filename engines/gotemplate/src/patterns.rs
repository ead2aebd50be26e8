//! Regular expressions of templates, of limited size.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};

use crate::functions::{Call, text};
use crate::show;

/// Largest compiled expression, in bytes.
const COMPILED_BYTES_MAX: usize = 1024 * 1024;
/// How many expressions one rendering keeps.
const KEPT_MAX: usize = 32;

/// Compiles an expression.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .size_limit(COMPILED_BYTES_MAX)
        .dfa_size_limit(COMPILED_BYTES_MAX)
        .nest_limit(50)
        .build()
        .map_err(|error| {
            let said = error.to_string();
            let reason = said.lines().last().unwrap_or_default().trim_start_matches("error: ");
            format!("the pattern {pattern:?} cannot be used: {reason}")
        })
}

/// `match`: whether a text holds what the pattern says.
pub(crate) fn is_match(call: &mut Call<'_>) -> Result<bool, String> {
    let (pattern, searched) = (text(&call.arguments[0])?, text(&call.arguments[1])?);
    Ok(kept(call.regexes, pattern)?.is_match(searched))
}

/// `reReplaceAll`: the text with all that the pattern finds replaced.
pub(crate) fn replace_all(call: &mut Call<'_>) -> Result<String, String> {
    let limit = call.bytes_max;
    let (pattern, by) = (text(&call.arguments[0])?, text(&call.arguments[1])?);
    let searched = text(&call.arguments[2])?;
    let regex = kept(call.regexes, pattern)?;
    let mentions = by.matches('$').count();
    let mut out = String::new();
    let mut copied = 0;
    for found in regex.captures_iter(searched) {
        let Some(all) = found.get(0) else { continue };
        out.push_str(&searched[copied..all.start()]);
        // Each mention of a group may add the longest of them.
        let longest = found.iter().flatten().map(|group| group.len()).max().unwrap_or(0);
        let most = mentions.saturating_mul(longest).saturating_add(by.len());
        if out.len().saturating_add(most) > limit {
            return Err(show::too_long(limit));
        }
        found.expand(by, &mut out);
        copied = all.end();
    }
    out.push_str(&searched[copied..]);
    Ok(out)
}

fn kept<'r>(regexes: &'r mut BTreeMap<String, Regex>, pattern: &str) -> Result<&'r Regex, String> {
    if !regexes.contains_key(pattern) {
        if regexes.len() >= KEPT_MAX {
            regexes.clear();
        }
        regexes.insert(pattern.to_owned(), compile(pattern)?);
    }
    regexes.get(pattern).ok_or_else(|| "the pattern was lost".to_owned())
}
