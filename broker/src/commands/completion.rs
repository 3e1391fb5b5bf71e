//! `sapwood completion`: a script that completes command lines, for each shell.

use std::process::ExitCode;

use clap_complete::{Shell, generate};

/// The arguments.
#[derive(Clone, Copy, Debug, clap::Args)]
#[command(after_help = "\
  bash        sapwood completion bash > ~/.local/share/bash-completion/completions/sapwood
  zsh         sapwood completion zsh > ~/.zfunc/_sapwood     (with fpath+=~/.zfunc before compinit)
  fish        sapwood completion fish > ~/.config/fish/completions/sapwood.fish
  powershell  sapwood completion powershell >> $PROFILE")]
pub struct Completion {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completion {
    /// Runs `sapwood completion` for this command line.
    pub fn run(self, mut command: clap::Command) -> ExitCode {
        // Into memory first: the generator takes a closed pipe for a reason to panic.
        let mut script = Vec::new();
        generate(self.shell, &mut command, "sapwood", &mut script);
        super::run_with_output(|out| Ok(out.write_all(&script)?))
    }
}
