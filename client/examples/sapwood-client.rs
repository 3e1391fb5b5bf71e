//! The client's commands alone, without the broker: `cargo run -p sapwood-client --example sapwood-client -- topic list`.

use std::process::ExitCode;

use clap::Parser;

#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    commands: sapwood_client::cli::Commands,
}

fn main() -> ExitCode {
    sapwood_client::cli::run(Arguments::parse().commands)
}
