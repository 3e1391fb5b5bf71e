//! The schemas agree with the codec, and no frame costs more than forty times its size.

use bytes::Bytes;

use super::counting::peak_of;
use super::sample::{Dice, Shape, body};
use super::*;
use crate::message::{ApiBody, ChunkWriter, Wire};
use crate::messages::*;
use crate::versions::{SUPPORTED, with_apis};

/// What a test does with one message type.
trait Visit {
    fn body<B: ApiBody + std::fmt::Debug>(&mut self, version: i16, schema: &'static Schema);
}

macro_rules! visit_rows {
    ($($key:ident: $request:ident => $response:ident, $versions:expr, flexible from $flexible:expr, $kind:ident;)*) => {
        fn visit_all(visit: &mut impl Visit) {
            $(
                let (request, response) = schemas::of(ApiKey::$key).expect("every row has schemas");
                for version in $versions {
                    visit.body::<$request>(version, request);
                    visit.body::<$response>(version, response);
                }
            )*
        }
    };
}
with_apis!(visit_rows);

fn checked<B: ApiBody>(version: i16, body: &[u8]) -> Result<(), GuardError> {
    match B::IS_REQUEST {
        true => check(B::KEY, version, body),
        false => check_response(B::KEY, version, body),
    }
}

fn encoded<B: Wire>(message: &B, version: i16) -> Vec<u8> {
    let mut out = ChunkWriter::new(Vec::new());
    message.write(&mut out, version).expect("what was decoded encodes");
    out.finish().expect("short").into_bytes()[4..].to_vec()
}

#[test]
fn every_row_of_the_table_has_schemas_that_turn_flexible_with_it() {
    for (key, versions) in SUPPORTED {
        let (request, response) = schemas::of(*key).expect("every row has schemas");
        for version in versions.clone() {
            let flexible = crate::versions::is_flexible(*key, version);
            assert_eq!(version >= request.flexible_from, flexible, "{key:?} {version}");
            assert_eq!(version >= response.flexible_from, flexible, "{key:?} {version}");
        }
    }
}

#[test]
fn what_a_schema_makes_up_decodes_and_encodes_to_the_same_bytes() {
    struct ThereAndBack(Dice);
    impl Visit for ThereAndBack {
        fn body<B: ApiBody + std::fmt::Debug>(&mut self, version: i16, schema: &'static Schema) {
            for _ in 0..4 {
                let sample = body(schema, version, Shape::Plain, &mut self.0);
                let what = format!("{:?} {version}, request: {}", B::KEY, B::IS_REQUEST);
                assert_eq!(checked::<B>(version, &sample), Ok(()), "{what}");
                let mut rest = Bytes::from(sample.clone());
                let message = B::read(&mut rest, version).unwrap_or_else(|e| panic!("{what}: {e}"));
                assert!(rest.is_empty(), "{what}: {} bytes are left of {message:?}", rest.len());
                // The fields that are dropped on purpose: see message/own/describe_log_dirs.rs and list_offsets.rs.
                let drops_a_field =
                    (B::KEY == ApiKey::DescribeLogDirs && !B::IS_REQUEST && version == 5)
                        || (B::KEY == ApiKey::ListOffsets && version == 0);
                if !drops_a_field {
                    assert_eq!(encoded(&message, version), sample, "{what}: {message:?}");
                }
            }
        }
    }
    visit_all(&mut ThereAndBack(Dice(1)));
}

#[test]
fn odd_but_valid_bodies_pass_and_decode() {
    struct Passes(Dice);
    impl Visit for Passes {
        fn body<B: ApiBody + std::fmt::Debug>(&mut self, version: i16, schema: &'static Schema) {
            for _ in 0..6 {
                let sample = body(schema, version, Shape::Odd, &mut self.0);
                let what = format!("{:?} {version}, request: {}", B::KEY, B::IS_REQUEST);
                match checked::<B>(version, &sample) {
                    Ok(()) => {}
                    // Nothing but empty fields: a sample can be as thin as an attack.
                    Err(GuardError { problem: GuardProblem::TooDear, .. }) => continue,
                    Err(error) => panic!("{what}: {error}"),
                }
                let mut rest = Bytes::from(sample);
                B::read(&mut rest, version).unwrap_or_else(|error| panic!("{what}: {error}"));
                assert!(rest.is_empty(), "{what}");
            }
        }
    }
    visit_all(&mut Passes(Dice(2)));
}

/// Damages a body: lengths and counts that lie, flipped bits, cuts, repeats.
fn mutate(body: &mut Vec<u8>, dice: &mut Dice) {
    const LIES: [&[u8]; 9] = [
        &[0x7f, 0xff, 0xff, 0xff],
        &[0xff, 0xff, 0xff, 0xff],
        &[0xff, 0xff, 0xff, 0xfe],
        &[0xff, 0xff, 0xff, 0xff, 0x0f],
        &[0xfe, 0xff, 0xff, 0xff, 0x07],
        &[0x00, 0x0f, 0xff, 0xff],
        &[0x7f, 0xff],
        &[0x00],
        &[0xff, 0x7f],
    ];
    for _ in 0..1 + dice.below(3) {
        let at = dice.below(body.len() + 1);
        match dice.below(5) {
            0 => {
                let lie = LIES[dice.below(LIES.len())];
                let end = body.len().min(at + lie.len());
                body.splice(at..end, lie.iter().copied());
            }
            1 if at < body.len() => body[at] ^= 1 << dice.below(8),
            2 if at < body.len() => body[at] = body[at].wrapping_add(1),
            3 => body.truncate(at),
            // Ends in zeros: as many empty elements as a count can ask for.
            _ => body.extend(std::iter::repeat_n(0, dice.below(64))),
        }
    }
}

#[test]
fn a_frame_never_costs_more_than_forty_times_its_size() {
    struct Costs {
        dice: Dice,
        passed: usize,
        refused: usize,
        dearest: f64,
    }
    impl Costs {
        fn decode<B: ApiBody>(&mut self, version: i16, body: Vec<u8>) {
            // Before a body come at least the length, the key or correlation id, and two bytes more.
            let frame_len = body.len() + 12;
            let mut bytes = Bytes::from(body);
            let (cost, passed) = peak_of(|| match checked::<B>(version, &bytes) {
                Ok(()) => Some(B::read(&mut bytes, version)),
                Err(_) => None,
            });
            let what = (B::KEY, version, B::IS_REQUEST);
            assert!(cost <= 40 * frame_len, "{what:?}: {cost} bytes for a frame of {frame_len}");
            self.dearest = self.dearest.max(cost as f64 / frame_len as f64);
            match passed {
                Some(Ok(_)) => self.passed += 1,
                Some(Err(error)) => panic!("{what:?}: passed and did not decode: {error}"),
                None => self.refused += 1,
            }
        }
    }
    impl Visit for Costs {
        fn body<B: ApiBody + std::fmt::Debug>(&mut self, version: i16, schema: &'static Schema) {
            for shape in [Shape::Plain, Shape::Odd] {
                for _ in 0..200 {
                    let mut sample = body(schema, version, shape, &mut self.dice);
                    mutate(&mut sample, &mut self.dice);
                    self.decode::<B>(version, sample);
                }
            }
            // Counts of all sizes before nothing but zeros: the thinnest elements that there are.
            for count in [1u8, 2, 8, 40, 100, 127] {
                for zeros in [0, 20, 200, 2000] {
                    for at in 0..8 {
                        let mut thin = vec![0; at + 1 + zeros];
                        thin[at] = count;
                        self.decode::<B>(version, thin);
                    }
                }
            }
        }
    }
    let mut costs = Costs { dice: Dice(3), passed: 0, refused: 0, dearest: 0.0 };
    visit_all(&mut costs);
    assert!(costs.passed > 10_000, "{} passed: the damage is too coarse", costs.passed);
    assert!(costs.refused > 10_000, "{} were refused: the damage is too fine", costs.refused);
    assert!(
        costs.dearest > 10.0,
        "the dearest cost {}: nothing was put to the test",
        costs.dearest
    );
}

#[test]
fn many_tagged_fields_cost_no_more_than_the_guard_reckons() {
    for count in [1, 2, 11, 12, 13, 100, 1000, 10_000] {
        for order in [1u64, 7919] {
            let (cost, map) = peak_of(|| {
                let tags = (0..count as u64).map(|at| (at * order % 1_000_003) as i32);
                tags.map(|tag| (tag, Bytes::new())).fold(
                    std::collections::BTreeMap::new(),
                    |mut map, (tag, value)| {
                        map.insert(tag, value);
                        map
                    },
                )
            });
            assert_eq!(map.len(), count);
            assert!(cost <= map_size(count), "{count} tags: {cost} > {}", map_size(count));
        }
    }
}

#[test]
fn default_values_of_tagged_fields_are_never_sent() {
    /// Walks over what was encoded: an array of one element each, of defaults.
    struct NoTags;
    impl Visit for NoTags {
        fn body<B: ApiBody + std::fmt::Debug>(&mut self, version: i16, schema: &'static Schema) {
            if version < schema.flexible_from {
                return;
            }
            // All zeros but the counts decode to default values of most fields; what is encoded from that
            // says no tagged field that it was not given.
            let mut dice = Dice(u64::from(version.cast_unsigned()));
            let sample = sample::without_tags(schema, version, &mut dice);
            let what = format!("{:?} {version}, request: {}", B::KEY, B::IS_REQUEST);
            let mut rest = Bytes::from(sample.clone());
            let message = B::read(&mut rest, version).unwrap_or_else(|e| panic!("{what}: {e}"));
            let again = encoded(&message, version);
            assert_eq!(again.len(), sample.len(), "{what}: {message:?}");
        }
    }
    visit_all(&mut NoTags);
}

#[test]
fn the_metadata_request_that_asks_for_150_gigabytes_is_refused() {
    let lie = [0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0];
    let error = check(ApiKey::Metadata, 1, &lie).expect_err("it lies");
    assert_eq!(error.field, "topics");
    assert!(matches!(error.problem, GuardProblem::Length { left: 4, .. }), "{error}");
}

#[test]
fn a_count_that_could_be_true_but_is_too_dear_is_refused() {
    // OffsetFetch 8: as many empty groups as there are bytes for.
    let mut thin = vec![0; 3000];
    thin[0] = 0xe7;
    thin[1] = 0x07;
    let error = check(ApiKey::OffsetFetch, 8, &thin).expect_err("1,000 empty groups");
    assert_eq!(error.problem, GuardProblem::TooDear);
}

#[test]
fn a_known_tagged_field_that_lies_about_its_length_is_refused() {
    // Fetch 12: the cluster id as tag 0, of three bytes, said to be two.
    let mut body =
        sample::without_tags(schemas::of(ApiKey::Fetch).expect("there is one").0, 12, &mut Dice(4));
    assert_eq!(body.pop(), Some(0));
    let good = [body.as_slice(), &[1, 0, 3, 3, b'i', b'd']].concat();
    assert_eq!(check(ApiKey::Fetch, 12, &good), Ok(()));
    let bad = [body.as_slice(), &[1, 0, 2, 3, b'i', b'd']].concat();
    let error = check(ApiKey::Fetch, 12, &bad).expect_err("it lies");
    assert_eq!((error.field, error.problem), ("cluster_id", GuardProblem::Tag(2)));
}

#[test]
fn negative_lengths_below_null_are_refused() {
    // FindCoordinator 0: a key of length −2, and a null one where none may be.
    let error = check(ApiKey::FindCoordinator, 0, &[0xff, 0xfe]).expect_err("it lies");
    assert_eq!(error.problem, GuardProblem::Length { declared: -2, left: 0 });
    let error = check(ApiKey::FindCoordinator, 0, &[0xff, 0xff]).expect_err("it is null");
    assert_eq!(error.problem, GuardProblem::Null);
    let error = check(ApiKey::FindCoordinator, 0, &[0, 1, 0xff]).expect_err("it is no text");
    assert_eq!(error.problem, GuardProblem::Text);
}
