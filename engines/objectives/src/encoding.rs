//! Series as bytes, to be kept: a version, the first minute, how many there are, and groups of two
//! hours, each with as few bits a minute as it needs.

use crate::Counts;
use crate::buckets::{Buckets, MINUTES_MAX, Packed, TOTAL_MAX, Widths};
use crate::counts::PARTS;

/// The layout of whole events …
const WHOLE: u8 = 2;
/// … and the one that has fractions, too, which is written only where there are some. Another one
/// is refused.
const VERSION: u8 = 3;
/// Minutes of a group: a day has twelve whole ones.
const GROUP: usize = 120;
/// What a group begins with: nothing known, all known, some known …
const NOTHING: u8 = 0;
const ALL: u8 = 1;
const SOME: u8 = 2;
/// … and the last two in thousandths.
const ALL_FINE: u8 = 3;
const SOME_FINE: u8 = 4;

/// Bytes that are no series.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DecodeError {
    /// Written by another version.
    #[error("the series was written in layout {0}; this version reads layout {VERSION}")]
    Version(u8),
    /// They end early, go on after the end, or contradict themselves.
    #[error("the bytes of the series are damaged; restore them from a backup")]
    Damaged,
}

impl Buckets {
    /// The series as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let minutes: Vec<Option<Counts>> = self.all().collect();
        let whole = minutes.iter().flatten().all(Counts::is_whole);
        let mut bytes = vec![if whole { WHOLE } else { VERSION }];
        bytes.extend(self.first.to_le_bytes());
        bytes.extend((self.len() as u32).to_le_bytes());
        minutes.chunks(GROUP).for_each(|group| write(&mut bytes, group));
        bytes
    }

    /// Reads what [`Buckets::encode`] has written.
    ///
    /// # Errors
    /// When the bytes are damaged or of another version. No bytes panic or take much memory.
    pub fn decode(bytes: &[u8]) -> Result<Buckets, DecodeError> {
        let mut rest = bytes;
        let version = take::<1>(&mut rest)?[0];
        if ![WHOLE, VERSION].contains(&version) {
            return Err(DecodeError::Version(version));
        }
        let mut found = Buckets::new(i64::from_le_bytes(take(&mut rest)?));
        let mut left = u32::from_le_bytes(take(&mut rest)?) as usize;
        if left > MINUTES_MAX {
            return Err(DecodeError::Damaged);
        }
        while left > 0 {
            let count = left.min(GROUP);
            read(&mut found, &mut rest, count)?;
            left -= count;
        }
        if rest.is_empty() { Ok(found) } else { Err(DecodeError::Damaged) }
    }
}

fn write(bytes: &mut Vec<u8>, group: &[Option<Counts>]) {
    if group.iter().all(Option::is_none) {
        bytes.push(NOTHING);
        return;
    }
    let Packed { widths, words } = Packed::of(group);
    let kind = match (widths.masked, widths.fine) {
        (false, false) => ALL,
        (true, false) => SOME,
        (false, true) => ALL_FINE,
        (true, true) => SOME_FINE,
    };
    bytes.extend([kind, widths.total_bits, widths.bad_bits]);
    let mut least = widths.least;
    while least > 0x7f {
        bytes.push((least & 0x7f) as u8 | 0x80);
        least >>= 7;
    }
    bytes.push(least as u8);
    let all = words.iter().flat_map(|word| word.to_le_bytes());
    bytes.extend(all.take(widths.all_bits(group.len()).div_ceil(8)));
}

fn read(found: &mut Buckets, rest: &mut &[u8], count: usize) -> Result<(), DecodeError> {
    let [kind] = take(rest)?;
    let (masked, fine) = match kind {
        NOTHING => {
            (0..count).for_each(|_| found.append(None));
            return Ok(());
        }
        ALL => (false, false),
        SOME => (true, false),
        ALL_FINE => (false, true),
        SOME_FINE => (true, true),
        _ => return Err(DecodeError::Damaged),
    };
    let most = TOTAL_MAX * if fine { PARTS } else { 1 };
    let [total_bits, bad_bits] = take(rest)?;
    if u32::from(total_bits.max(bad_bits)) > u64::BITS - most.leading_zeros() {
        return Err(DecodeError::Damaged);
    }
    let least = number(rest, most)?;
    let widths = Widths { least, total_bits, bad_bits, masked, fine };
    let mut packed = Packed { widths, words: vec![0; widths.words(count)] };
    let length = widths.all_bits(count).div_ceil(8);
    let (numbers, after) = rest.split_at_checked(length).ok_or(DecodeError::Damaged)?;
    *rest = after;
    for (word, bytes) in packed.words.iter_mut().zip(numbers.chunks(8)) {
        let mut whole = [0; 8];
        whole[..bytes.len()].copy_from_slice(bytes);
        *word = u64::from_le_bytes(whole);
    }
    for at in 0..count {
        let set = packed.get(count, at);
        if set.is_some_and(|counts| counts.total > TOTAL_MAX * PARTS) {
            return Err(DecodeError::Damaged);
        }
        found.append(set);
    }
    Ok(())
}

/// A number up to `most` in groups of seven bits, the lowest first.
fn number(rest: &mut &[u8], most: u64) -> Result<u64, DecodeError> {
    let mut number = 0;
    for shift in (0..56).step_by(7) {
        let [byte] = take(rest)?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return if number <= most { Ok(number) } else { Err(DecodeError::Damaged) };
        }
    }
    Err(DecodeError::Damaged)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], DecodeError> {
    let (found, after) = rest.split_first_chunk::<N>().ok_or(DecodeError::Damaged)?;
    *rest = after;
    Ok(*found)
}
