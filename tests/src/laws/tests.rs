//! The laws catch machines that break them: one lawbreaker a law.

use super::*;

/// Counts. Each flaw breaks one law.
#[derive(Default)]
struct Counter {
    flaw: Flaw,
    hard: u64,
    soft: u64,
    wants: Option<Instant>,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Flaw {
    #[default]
    None,
    /// Moves hard state while it decides.
    HandleMoves,
    /// Records something other than what it does.
    RecordsLess,
    /// Says what it remembers from elsewhere than its inputs.
    Chance,
    /// Is not legal without its soft state.
    NeedsSoft,
    /// Wants to be woken for ever.
    Restless,
}

thread_local! {
    /// What a machine must not look at.
    static DICE: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

impl Machine for Counter {
    type Input = u64;
    type Record = u64;
    type Output = u64;

    fn handle(&mut self, now: Now, input: u64, out: &mut Out<Self>) {
        if self.flaw == Flaw::HandleMoves {
            self.hard += 1;
        }
        if self.flaw == Flaw::Restless {
            self.wants = Some(now.instant);
        }
        self.soft += input;
        out.record(input);
        let dice = if self.flaw == Flaw::Chance { DICE.replace(DICE.get() + 1) } else { 0 };
        out.now(self.hard + dice);
    }

    fn apply(&mut self, record: &u64) {
        self.hard += record;
        if self.flaw == Flaw::RecordsLess {
            self.hard += self.soft;
        }
    }

    fn wake_at(&self) -> Option<Instant> {
        self.wants
    }
}

struct Counting(Flaw);

impl Subject for Counting {
    type Machine = Counter;
    type Hard = u64;

    fn fresh(&self) -> Counter {
        Counter { flaw: self.0, ..Counter::default() }
    }

    fn hard(&self, machine: &Counter) -> u64 {
        machine.hard
    }

    fn tick(&self) -> Option<u64> {
        Some(0)
    }

    fn check(&self, machine: &Counter) -> Result<(), String> {
        let is_lost = machine.flaw == Flaw::NeedsSoft && machine.hard > 0 && machine.soft == 0;
        if is_lost { Err("it has forgotten".into()) } else { Ok(()) }
    }
}

fn verdict(flaw: Flaw) -> Result<(), Broken> {
    let steps: Vec<_> = (1..9).map(|input| Step { wait: Duration::from_secs(1), input }).collect();
    hold(&Counting(flaw), &steps)
}

#[test]
fn a_lawful_machine_passes() {
    assert_eq!(verdict(Flaw::None), Ok(()));
}

#[test]
fn each_lawbreaker_is_caught() {
    for (flaw, word) in [
        (Flaw::HandleMoves, "handle has moved hard state"),
        (Flaw::RecordsLess, "replay"),
        (Flaw::Chance, "determinism"),
        (Flaw::NeedsSoft, "it has forgotten"),
        (Flaw::Restless, "for ever"),
    ] {
        let error = verdict(flaw).expect_err(word);
        assert!(error.contains(word), "{error}");
    }
}
