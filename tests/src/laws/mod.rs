//! The four laws of a machine, as tests over any machine.
//!
//! A [`Subject`] tells how to make the machine and what its hard state is; the caller brings inputs, usually from a
//! generator, and [`hold`] plays them as a host would: ticks in time, records applied as soon as they are said. What the
//! laws are is said at [`broker::machine`].

use std::fmt::Debug;
use std::time::Duration;

use broker::machine::{Instant, Machine, Now, Out, Release};
use protocol::ids::TimestampMs;

#[cfg(test)]
mod controller;
#[cfg(test)]
mod group;

/// A machine as the laws need to know it.
pub trait Subject {
    /// The machine.
    type Machine: Machine<Input: Clone, Output: Debug + PartialEq>;
    /// What must survive: compared, and printed where it differs.
    type Hard: Debug + PartialEq;

    /// A machine that has seen no record.
    fn fresh(&self) -> Self::Machine;

    /// Its hard state.
    fn hard(&self, machine: &Self::Machine) -> Self::Hard;

    /// The input that says that time has passed, if the machine has timers.
    fn tick(&self) -> Option<<Self::Machine as Machine>::Input>;

    /// What must hold between any two inputs; the error says what does not.
    fn check(&self, machine: &Self::Machine) -> Result<(), String>;
}

/// An input and how long after the one before it comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<I> {
    /// Time that passes first.
    pub wait: Duration,
    /// What comes then.
    pub input: I,
}

/// A law that does not hold, in words.
pub type Broken = String;

/// Everything that was said, in order.
pub type Said<M> = Vec<(Release, <M as Machine>::Output)>;

/// A machine with its host: a clock, a log, and an ear.
pub struct World<'a, S: Subject> {
    subject: &'a S,
    /// The machine.
    pub machine: S::Machine,
    /// What time it is.
    pub now: Now,
    /// The records, as the host stored them.
    pub log: Vec<<S::Machine as Machine>::Record>,
    /// The outputs.
    pub said: Said<S::Machine>,
}

impl<S: Subject> Debug for World<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World")
            .field("now", &self.now)
            .field("log", &self.log)
            .finish_non_exhaustive()
    }
}

/// No machine needs so many ticks at one moment; one that does asks for them for ever.
const TICKS_MAX: usize = 10_000;

impl<'a, S: Subject> World<'a, S> {
    /// A new machine at the start of time.
    pub fn new(subject: &'a S) -> Self {
        let now = Now { instant: Instant::default(), wall: TimestampMs(1_700_000_000_000) };
        Self { subject, machine: subject.fresh(), now, log: Vec::new(), said: Vec::new() }
    }

    /// Lets time pass, tick by tick, then hands the input in.
    pub fn step(&mut self, step: &Step<<S::Machine as Machine>::Input>) -> Result<(), Broken> {
        self.wait(step.wait)?;
        self.hand_in(step.input.clone())
    }

    /// Lets time pass; whatever the machine wanted to be woken for happens at its time.
    pub fn wait(&mut self, wait: Duration) -> Result<(), Broken> {
        let until = self.now.instant.after(wait);
        let mut ticks = 0;
        while let Some(due) = self.machine.wake_at().filter(|due| *due <= until) {
            let Some(tick) = self.subject.tick() else {
                return Err("it wants ticks and has none".into());
            };
            self.advance_to(due.max(self.now.instant));
            self.hand_in(tick)?;
            ticks += 1;
            if ticks > TICKS_MAX {
                return Err(format!("it wants ticks for ever at {:?}", self.now.instant));
            }
        }
        self.advance_to(until);
        Ok(())
    }

    fn advance_to(&mut self, instant: Instant) {
        let passed = instant.since(self.now.instant);
        let millis = i64::try_from(passed.as_millis()).expect("tests are short");
        self.now = Now { instant, wall: TimestampMs(self.now.wall.get() + millis) };
    }

    fn hand_in(&mut self, input: <S::Machine as Machine>::Input) -> Result<(), Broken> {
        let mut out = Out::new();
        let before = self.subject.hard(&self.machine);
        self.machine.handle(self.now, input, &mut out);
        if self.subject.hard(&self.machine) != before {
            return Err("handle has moved hard state".into());
        }
        let (records, outputs) = out.into_parts();
        records.iter().for_each(|record| self.machine.apply(record));
        self.log.extend(records);
        self.said.extend(outputs);
        self.subject.check(&self.machine)
    }

    /// The machine is lost with all its soft state, and rebuilt from the log.
    pub fn forget(&mut self) -> Result<(), Broken> {
        self.machine = replayed(self.subject, &self.log);
        self.subject.check(&self.machine)
    }
}

/// A machine that has seen exactly these records.
pub fn replayed<S: Subject>(subject: &S, log: &[<S::Machine as Machine>::Record]) -> S::Machine {
    let mut machine = subject.fresh();
    log.iter().for_each(|record| machine.apply(record));
    machine
}

/// Plays the steps from the start.
pub fn played<'a, S: Subject>(
    subject: &'a S,
    steps: &[Step<<S::Machine as Machine>::Input>],
) -> Result<World<'a, S>, Broken> {
    let mut world = World::new(subject);
    steps.iter().try_for_each(|step| world.step(step))?;
    Ok(world)
}

/// All four laws, for one run.
pub fn hold<S: Subject>(
    subject: &S,
    steps: &[Step<<S::Machine as Machine>::Input>],
) -> Result<(), Broken> {
    replay(subject, steps)?;
    silence(subject, steps)?;
    determinism(subject, steps)?;
    forgetting(subject, steps)
}

/// Hard state rebuilt from the records is the live hard state, and `handle` alone moves none of it.
pub fn replay<S: Subject>(
    subject: &S,
    steps: &[Step<<S::Machine as Machine>::Input>],
) -> Result<(), Broken> {
    let world = played(subject, steps)?;
    same_hard_state(&world)
}

fn same_hard_state<S: Subject>(world: &World<'_, S>) -> Result<(), Broken> {
    let live = world.subject.hard(&world.machine);
    let rebuilt = world.subject.hard(&replayed(world.subject, &world.log));
    if live == rebuilt {
        Ok(())
    } else {
        Err(format!("replay: live {live:#?}\nrebuilt {rebuilt:#?}"))
    }
}

/// Folding a record says nothing and cannot fail. The signature of `apply` sees to the first; for the second, a machine
/// folds the log from its start after every record, and is legal each time.
pub fn silence<S: Subject>(
    subject: &S,
    steps: &[Step<<S::Machine as Machine>::Input>],
) -> Result<(), Broken> {
    let log = played(subject, steps)?.log;
    let mut machine = subject.fresh();
    for record in &log {
        machine.apply(record);
        subject.check(&machine)?;
    }
    Ok(())
}

/// The same inputs at the same times give the same records and outputs.
pub fn determinism<S: Subject>(
    subject: &S,
    steps: &[Step<<S::Machine as Machine>::Input>],
) -> Result<(), Broken> {
    let (one, two) = (played(subject, steps)?, played(subject, steps)?);
    if one.log != two.log {
        return Err(format!("determinism: records {:#?}\nand {:#?}", one.log, two.log));
    }
    if one.said != two.said {
        return Err(format!("determinism: outputs {:#?}\nand {:#?}", one.said, two.said));
    }
    Ok(())
}

/// With all soft state dropped, what the records rebuild is still a legal machine: the rest of the run plays on it.
pub fn forgetting<S: Subject>(
    subject: &S,
    steps: &[Step<<S::Machine as Machine>::Input>],
) -> Result<(), Broken> {
    for cut in [steps.len() / 3, steps.len() / 2, steps.len() * 4 / 5] {
        let (before, after) = steps.split_at(cut);
        let mut world = played(subject, before)?;
        world.forget()?;
        after.iter().try_for_each(|step| world.step(step))?;
        same_hard_state(&world)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
