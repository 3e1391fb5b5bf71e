//! `sapwood completion`: a script that completes command lines, for each shell.

use std::io;
use std::process::ExitCode;

use clap_complete::Shell;
use clap_complete::env::Shells;
use client::cli::Failure;

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
    /// Runs `sapwood completion`.
    pub fn run(self) -> ExitCode {
        super::run_with_output(|out| {
            let mut script = Vec::new();
            self.write(&mut script)
                .map_err(|error| Failure::other("write the completion script", &error))?;
            Ok(out.write_all(&script)?)
        })
    }

    /// The script calls `sapwood` for each completion, since topics and groups are known to the cluster alone.
    fn write(self, script: &mut Vec<u8>) -> io::Result<()> {
        let name = self.shell.to_string();
        let shells = Shells::builtins();
        let shell = shells.completer(&name).ok_or_else(|| io::Error::other("it has none"))?;
        shell.write_registration("COMPLETE", "sapwood", "sapwood", "sapwood", script)
    }
}
