//! Good and total by the minute, small enough to keep for a year.
//!
//! Minutes are kept in blocks of 256: of each the least total, and what each minute has above it,
//! in as many bits as the greatest needs; in thousandths only where there are fractions. Sums
//! before each block answer for all whole blocks, so that a window costs two halved blocks
//! whatever its length.

use calendar::Span;

use crate::counts::{Counts, PARTS};
use crate::{MINUTE, Tally};

/// Minutes of a block.
const BLOCK: usize = 256;
/// Events that one minute may hold.
pub(crate) const TOTAL_MAX: u64 = 1 << 40;
/// Minutes that one series may hold: two hundred years.
pub(crate) const MINUTES_MAX: usize = 200 * 366 * 1_440;

/// The series of one indicator: for each minute its counts, or that nothing is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buckets {
    /// The first minute since 1970 that is held.
    pub(crate) first: i64,
    blocks: Vec<Block>,
    /// The minutes after the last whole block; fewer than [`BLOCK`].
    tail: Vec<Option<Counts>>,
    sums: Sums,
}

/// Sums over all minutes before something, in thousandths; those of centuries fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sums {
    good: u128,
    total: u128,
    known: u32,
}

/// A whole block, packed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Block {
    before: Sums,
    widths: Widths,
    words: Box<[u64]>,
}

/// How the numbers of minutes are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Widths {
    pub(crate) least: u64,
    pub(crate) total_bits: u8,
    pub(crate) bad_bits: u8,
    /// Whether a mask of the known minutes precedes the numbers.
    pub(crate) masked: bool,
    /// Whether the numbers are thousandths; else they are whole events.
    pub(crate) fine: bool,
}

/// Counts that cannot be taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BucketError {
    /// More good ones than there were.
    #[error("good: {} of {} events; there cannot be more good events than events",
        .0.good(), .0.total())]
    Good(Counts),
    /// More than a minute holds.
    #[error("total: {} events in a minute; at most {TOTAL_MAX} are counted", .0.total())]
    Total(Counts),
    /// Outside of what the series holds.
    #[error(
        "minute: {0} lies outside of the series; it begins with its first minute and holds \
             two hundred years"
    )]
    Minute(i64),
}

impl Buckets {
    /// Holds nothing yet; `first` is its first minute, in whole minutes since 1970.
    pub fn new(first: i64) -> Buckets {
        Buckets { first, blocks: Vec::new(), tail: Vec::new(), sums: Sums::default() }
    }

    /// Sets the counts of a minute since 1970. Minutes that are passed over are unknown; one that
    /// was set before is restated, at the cost of the blocks after it.
    ///
    /// # Errors
    /// When the counts are impossible or the minute lies outside of the series.
    pub fn put(&mut self, minute: i64, counts: Counts) -> Result<(), BucketError> {
        self.put_all(&[(minute, counts)])
    }

    /// Sets the counts of many minutes, in the order of time: each block is packed once, however
    /// many of its minutes are restated.
    ///
    /// # Errors
    /// When counts are impossible or a minute lies outside of the series: then nothing is set.
    pub fn put_all(&mut self, minutes: &[(i64, Counts)]) -> Result<(), BucketError> {
        let mut places = Vec::with_capacity(minutes.len());
        for (minute, counts) in minutes {
            places.push((self.place(*minute, *counts)?, *counts));
        }
        places.sort_by_key(|(place, _)| *place);
        for run in places.chunk_by(|a, b| a.0 / BLOCK == b.0 / BLOCK) {
            let old = run.partition_point(|(place, _)| *place < self.len());
            if run[..old].iter().any(|(place, counts)| self.at(*place) != Some(*counts)) {
                self.restate(&run[..old]);
            }
            for (place, counts) in &run[old..] {
                while self.len() < *place {
                    self.append(None);
                }
                if self.len() == *place {
                    self.append(Some(*counts));
                } else {
                    // The same minute twice: the later one counts.
                    self.restate(&[(*place, *counts)]);
                }
            }
        }
        Ok(())
    }

    /// The place of a minute that can be set so.
    fn place(&self, minute: i64, counts: Counts) -> Result<usize, BucketError> {
        if counts.good > counts.total {
            return Err(BucketError::Good(counts));
        }
        if counts.total > TOTAL_MAX * PARTS {
            return Err(BucketError::Total(counts));
        }
        let place = minute.checked_sub(self.first).and_then(|place| usize::try_from(place).ok());
        place.filter(|place| *place < MINUTES_MAX).ok_or(BucketError::Minute(minute))
    }

    /// Forgets whole blocks of minutes that lie before one; what is left answers as before.
    pub fn forget_before(&mut self, minute: i64) {
        let gone = minute.saturating_sub(self.first).max(0) / BLOCK as i64;
        let gone = usize::try_from(gone).unwrap_or(usize::MAX).min(self.blocks.len());
        self.blocks.drain(..gone);
        self.first += (gone * BLOCK) as i64;
    }

    /// The first minute within a window of which anything is known.
    pub fn first_known(&self, within: Span) -> Option<i64> {
        let (from, until) = (ceiling(within.from).max(self.first), ceiling(within.until));
        let end = self.first + self.len() as i64;
        let before = self.before(from).known;
        let (mut low, mut high) = (from, until.min(end));
        if low >= high || self.before(high).known == before {
            return None;
        }
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            if self.before(middle).known > before {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some(low)
    }

    /// The counts of a minute since 1970; `None` when nothing is known of it.
    pub fn minute(&self, minute: i64) -> Option<Counts> {
        let place = usize::try_from(minute.checked_sub(self.first)?).ok()?;
        (place < self.len()).then(|| self.at(place)).flatten()
    }

    /// The first minute since 1970 that it may hold.
    pub fn first(&self) -> i64 {
        self.first
    }

    /// How many minutes it holds, known and unknown.
    pub fn len(&self) -> usize {
        self.blocks.len() * BLOCK + self.tail.len()
    }

    /// Whether it holds no minute.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sums over the minutes that begin within a window. Minutes that are not held are unknown.
    pub fn sum(&self, within: Span) -> Tally {
        let (from, until) = (ceiling(within.from), ceiling(within.until));
        let asked = until.saturating_sub(from).max(0);
        let (low, high) = (self.before(from), self.before(until.max(from)));
        let known = i64::from(high.known - low.known);
        Tally {
            good: events(high.good - low.good),
            total: events(high.total - low.total),
            known_micros: known * MINUTE,
            unknown_micros: (asked - known).saturating_mul(MINUTE),
        }
    }

    /// Bytes that it takes in memory, about.
    pub fn bytes(&self) -> usize {
        let words: usize = self.blocks.iter().map(|block| block.words.len()).sum();
        words * 8
            + self.blocks.len() * size_of::<Block>()
            + self.tail.capacity() * size_of::<Option<Counts>>()
    }

    /// Sums over all minutes before one.
    fn before(&self, minute: i64) -> Sums {
        let place = minute.saturating_sub(self.first).max(0);
        let place = usize::try_from(place).unwrap_or(usize::MAX).min(self.len());
        let (block, rest) = (place / BLOCK, place % BLOCK);
        let Some(held) = self.blocks.get(block) else {
            return self.tail.iter().take(rest).fold(self.sums, |sums, set| sums.with(*set));
        };
        if rest <= BLOCK / 2 {
            return (0..rest).fold(held.before, |sums, at| sums.with(held.get(at)));
        }
        // From the end it is nearer.
        let after = self.blocks.get(block + 1).map_or(self.sums, |next| next.before);
        let behind = (rest..BLOCK).fold(Sums::default(), |sums, at| sums.with(held.get(at)));
        after.instead(behind, Sums::default())
    }

    /// Every minute that it holds, in order.
    pub(crate) fn all(&self) -> impl Iterator<Item = Option<Counts>> + '_ {
        (0..self.len()).map(|place| self.at(place))
    }

    fn at(&self, place: usize) -> Option<Counts> {
        match self.blocks.get(place / BLOCK) {
            Some(block) => block.get(place % BLOCK),
            None => self.tail.get(place % BLOCK).copied().flatten(),
        }
    }

    pub(crate) fn append(&mut self, set: Option<Counts>) {
        self.tail.push(set);
        if self.tail.len() == BLOCK {
            let block = Block::pack(&self.tail, self.sums);
            self.sums = self.tail.iter().fold(self.sums, |sums, set| sums.with(*set));
            self.blocks.push(block);
            self.tail.clear();
        }
    }

    /// Sets minutes of one block that are held already.
    fn restate(&mut self, minutes: &[(usize, Counts)]) {
        let Some((place, _)) = minutes.first() else { return };
        let number = place / BLOCK;
        let Some(block) = self.blocks.get(number) else {
            for (place, counts) in minutes {
                self.tail[place % BLOCK] = Some(*counts);
            }
            return;
        };
        let (mut all, before) = (block.unpack(), block.before);
        let sums =
            |all: &[Option<Counts>]| all.iter().fold(Sums::default(), |sums, set| sums.with(*set));
        let old = sums(&all);
        for (place, counts) in minutes {
            all[place % BLOCK] = Some(*counts);
        }
        let new = sums(&all);
        self.blocks[number] = Block::pack(&all, before);
        for block in &mut self.blocks[number + 1..] {
            block.before = block.before.instead(old, new);
        }
        self.sums = self.sums.instead(old, new);
    }
}

/// Events from thousandths; whole ones are exact.
fn events(parts: u128) -> f64 {
    let one = u128::from(PARTS);
    (parts / one) as f64 + (parts % one) as f64 / PARTS as f64
}

/// The first whole minute at an instant or later.
fn ceiling(micros: i64) -> i64 {
    micros.div_euclid(MINUTE) + i64::from(micros.rem_euclid(MINUTE) > 0)
}

impl Sums {
    /// The same with some minutes restated.
    fn instead(self, old: Sums, new: Sums) -> Sums {
        Sums {
            good: self.good - old.good + new.good,
            total: self.total - old.total + new.total,
            known: self.known - old.known + new.known,
        }
    }

    fn with(self, set: Option<Counts>) -> Sums {
        let Some(counts) = set else { return self };
        Sums {
            good: self.good + u128::from(counts.good),
            total: self.total + u128::from(counts.total),
            known: self.known + 1,
        }
    }
}

/// Minutes as numbers of as few bits as they need.
pub(crate) struct Packed {
    pub(crate) widths: Widths,
    pub(crate) words: Vec<u64>,
}

impl Packed {
    pub(crate) fn of(minutes: &[Option<Counts>]) -> Packed {
        let known = || minutes.iter().flatten();
        let fine = !known().all(Counts::is_whole);
        let unit = if fine { 1 } else { PARTS };
        let least = known().map(|counts| counts.total).min().unwrap_or(0) / unit;
        let total = |counts: &Counts| counts.total / unit - least;
        let bad = |counts: &Counts| (counts.total - counts.good) / unit;
        let widths = Widths {
            least,
            total_bits: bits(known().map(total).max().unwrap_or(0)),
            bad_bits: bits(known().map(bad).max().unwrap_or(0)),
            masked: minutes.iter().any(Option::is_none),
            fine,
        };
        let mut words = vec![0; widths.words(minutes.len())];
        for (at, set) in minutes.iter().enumerate() {
            let Some(counts) = set else { continue };
            if widths.masked {
                write(&mut words, at, 1, 1);
            }
            let from = widths.place(minutes.len(), at);
            write(&mut words, from, widths.total_bits, total(counts));
            write(&mut words, from + usize::from(widths.total_bits), widths.bad_bits, bad(counts));
        }
        Packed { widths, words }
    }

    /// The minute at a place, of so many.
    pub(crate) fn get(&self, count: usize, at: usize) -> Option<Counts> {
        self.widths.unpacked(&self.words, count, at)
    }
}

impl Widths {
    /// Bits that a minute takes, but for the mask.
    fn each(&self) -> usize {
        usize::from(self.total_bits) + usize::from(self.bad_bits)
    }

    /// Bits that so many minutes take.
    pub(crate) fn all_bits(&self, count: usize) -> usize {
        (self.each() + usize::from(self.masked)) * count
    }

    /// Words that so many minutes take.
    pub(crate) fn words(&self, count: usize) -> usize {
        self.all_bits(count).div_ceil(64)
    }

    /// Where the numbers of a minute begin, of so many.
    fn place(&self, count: usize, at: usize) -> usize {
        if self.masked { count + at * self.each() } else { at * self.each() }
    }

    fn unpacked(&self, words: &[u64], count: usize, at: usize) -> Option<Counts> {
        if self.masked && read(words, at, 1) == 0 {
            return None;
        }
        let from = self.place(count, at);
        let total = self.least + read(words, from, self.total_bits);
        let bad = read(words, from + usize::from(self.total_bits), self.bad_bits);
        let unit = if self.fine { 1 } else { PARTS };
        Some(Counts { good: total.saturating_sub(bad) * unit, total: total * unit })
    }
}

impl Block {
    fn pack(minutes: &[Option<Counts>], before: Sums) -> Block {
        let Packed { widths, words } = Packed::of(minutes);
        Block { before, widths, words: words.into() }
    }

    fn get(&self, at: usize) -> Option<Counts> {
        self.widths.unpacked(&self.words, BLOCK, at)
    }

    fn unpack(&self) -> Vec<Option<Counts>> {
        (0..BLOCK).map(|at| self.get(at)).collect()
    }
}

/// Bits that a number needs.
fn bits(number: u64) -> u8 {
    (64 - number.leading_zeros()) as u8
}

fn write(words: &mut [u64], from: usize, bits: u8, value: u64) {
    if bits == 0 {
        return;
    }
    let (word, shift) = (from / 64, from % 64);
    words[word] |= value << shift;
    if shift + usize::from(bits) > 64 {
        words[word + 1] |= value >> (64 - shift);
    }
}

fn read(words: &[u64], from: usize, bits: u8) -> u64 {
    if bits == 0 {
        return 0;
    }
    let (word, shift) = (from / 64, from % 64);
    let mut value = words[word] >> shift;
    if shift + usize::from(bits) > 64 {
        value |= words[word + 1] << (64 - shift);
    }
    value & (u64::MAX >> (64 - bits))
}
