//! SIGKILL at any moment.

use rand::{Rng, SeedableRng};
use sapwood_tests::peers::Endurance;
use sapwood_tests::process::{Sapwood, wait};
use std::time::Duration;

/// How often the broker is killed.
const KILLS: u32 = 100;

#[test]
fn nothing_acknowledged_is_lost_doubled_or_out_of_order_after_a_hundred_kills() {
    let mut broker = Sapwood::start().expect("a broker");
    let endurance = Endurance::new(broker.address(), "kills").expect("the client");
    endurance.run("create").expect("the topic");
    let mut shipping = endurance.ship().expect("the client ships");
    let mut dice = rand::rngs::StdRng::seed_from_u64(100);
    let mut slowest = Duration::ZERO;
    for kill in 0..KILLS {
        // At any moment: sometimes before the client is back, sometimes in the middle of its work.
        if kill % 3 != 0 {
            endurance
                .await_more(dice.random_range(1..200), &mut shipping)
                .expect("records are acknowledged");
        }
        wait::pause(Duration::from_millis(dice.random_range(0..60)));
        broker.kill();
        let down = wait::now();
        broker.restart().expect("the broker comes back");
        slowest = slowest.max(down.elapsed());
        if kill % 10 == 0 {
            endurance.run("commits").expect("no acknowledged commit is lost");
        }
    }
    println!("{KILLS} kills; the slowest way back to serving took {slowest:?}");
    endurance.await_more(100, &mut shipping).expect("records are acknowledged after the last kill");
    endurance.finish(&mut shipping).expect("nothing was left out or refused");
    endurance.verify().expect("everything acknowledged is there");
}
