//! Tokens of acknowledgement links: none that the fuzzer makes is ever good.
#![no_main]

use connectors::link::LinkKey;
use kernel::Time;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|token: &str| {
    assert!(LinkKey::new(&[7; 32]).verify(token, Time::EPOCH).is_err());
});
