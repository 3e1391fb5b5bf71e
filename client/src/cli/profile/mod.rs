//! `sapwood profile …`: clusters by a name of one's own.

mod store;

use std::io::Write;

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::output::{Cell, Column, Listing, OutputArgs, Page};
use super::parse::key_value;
use crate::address::Address;
use crate::settings::Settings;

pub(super) use store::{Profile as StoredProfile, Profiles};

/// What can be done with profiles.
#[derive(Debug, Subcommand)]
pub enum Profile {
    /// Make a profile, and use it from now on
    Create(Create),
    /// Use a profile where --profile names none
    Use(Named),
    /// List the profiles
    #[command(visible_alias = "ls")]
    List(List),
    /// Show what is in a profile
    Show(Show),
    /// Name the profile in use
    Current,
    /// Change a profile's brokers and settings
    Edit(Edit),
    /// Give a profile another name
    Rename(Rename),
    /// Delete profiles
    #[command(visible_alias = "rm")]
    Delete(Delete),
    /// Print the profile in use for a shell prompt: nothing if there is none
    Prompt,
}

/// A new profile.
#[derive(Debug, Args)]
pub struct Create {
    /// Its name
    #[arg(value_parser = name)]
    name: String,
    #[command(flatten)]
    content: Content,
}

/// Changes to a profile.
#[derive(Debug, Args)]
pub struct Edit {
    /// Its name
    name: String,
    #[command(flatten)]
    content: Content,
    /// Take this setting out; may be given more than once
    #[arg(long, value_name = "KEY")]
    unset: Vec<String>,
}

/// What a profile says.
#[derive(Debug, Args)]
pub(super) struct Content {
    /// Brokers to ask first, separated by commas
    #[arg(short, long, visible_alias = "bootstrap-server", value_name = "HOST:PORT,…")]
    brokers: Option<String>,
    /// A client setting, by Java's or librdkafka's name; may be given more than once
    #[arg(short = 'X', long = "setting", value_name = "KEY=VALUE", value_parser = key_value)]
    settings: Vec<(String, String)>,
}

/// A profile that is there.
#[derive(Debug, Args)]
pub struct Named {
    /// Its name
    name: String,
}

/// Profiles to delete.
#[derive(Debug, Args)]
pub struct Delete {
    /// Their names
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
}

/// A profile and its new name.
#[derive(Debug, Args)]
pub struct Rename {
    /// Its name
    from: String,
    /// Its new name
    #[arg(value_parser = name)]
    to: String,
}

/// The list.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    output: OutputArgs,
}

/// One profile.
#[derive(Debug, Args)]
pub struct Show {
    /// Its name [default: the one in use]
    name: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

const COLUMNS: &[Column] = &[
    Column::text("name"),
    Column::text("current"),
    Column::text("brokers"),
    Column::number("settings"),
];
const SETTINGS: &[Column] = &[Column::text("key"), Column::text("value")];

impl Profile {
    pub(super) fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let profiles = Profiles::load()?;
        match self {
            Self::Create(create) => create.run(profiles, out),
            Self::Use(named) => choose(profiles, &named.name, out),
            Self::List(list) => list.run(&profiles, out),
            Self::Show(show) => show.run(&profiles, out),
            Self::Current => current(&profiles, out),
            Self::Edit(edit) => edit.run(profiles, out),
            Self::Rename(rename) => rename.run(profiles, out),
            Self::Delete(delete) => delete.run(profiles, out),
            Self::Prompt => {
                profiles.in_use().map_or(Ok(()), |(name, _)| writeln!(out, "({name})"))?;
                Ok(())
            }
        }
    }
}

impl Content {
    /// Puts what was given into a profile, once it is known to make sense.
    fn put(self, profile: &mut StoredProfile) -> Result<(), Failure> {
        if let Some(brokers) = self.brokers {
            Address::parse_list(&brokers)?;
            profile.brokers = Some(brokers);
        }
        for (key, value) in self.settings {
            Settings::default().set(&key, &value)?;
            profile.settings.insert(key, value);
        }
        Ok(())
    }
}

impl Create {
    fn run(self, mut profiles: Profiles, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        if profiles.profiles.contains_key(&self.name) {
            let what = format!("there is a profile \"{}\" already", self.name);
            return Err(Failure::existing(what).advise("`sapwood profile edit` changes it"));
        }
        let mut profile = StoredProfile::default();
        self.content.put(&mut profile)?;
        profiles.profiles.insert(self.name.clone(), profile);
        profiles.current = Some(self.name.clone());
        profiles.save()?;
        Ok(writeln!(out, "created profile \"{}\", which is used from now on", self.name)?)
    }
}

fn choose(mut profiles: Profiles, name: &str, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
    profiles.named(name)?;
    profiles.current = Some(name.to_owned());
    profiles.save()?;
    Ok(writeln!(out, "using profile \"{name}\"")?)
}

fn current(profiles: &Profiles, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
    match profiles.in_use() {
        Some((name, _)) => Ok(writeln!(out, "{name}")?),
        None => Err(Failure::missing("no profile is in use").advise("`sapwood profile use NAME`")),
    }
}

impl List {
    fn run(self, profiles: &Profiles, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let current = profiles.in_use().map(|(name, _)| name);
        let mut listing = Listing::new(COLUMNS);
        for (name, profile) in &profiles.profiles {
            listing.row([
                name.as_str().into(),
                (current == Some(name)).into(),
                profile.brokers.as_deref().into(),
                profile.settings.len().into(),
            ]);
        }
        Ok(self.output.print(out, &listing)?)
    }
}

impl Show {
    fn run(self, profiles: &Profiles, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let (name, profile) = match &self.name {
            Some(name) => (name.as_str(), profiles.named(name)?),
            None => match profiles.in_use() {
                Some(found) => found,
                None => return current(profiles, out),
            },
        };
        let mut settings = Listing::new(SETTINGS);
        for (key, value) in &profile.settings {
            let cell = match Settings::is_secret(key) {
                true => Cell::shown(None::<&str>, "(secret)"),
                false => value.as_str().into(),
            };
            settings.row([key.as_str().into(), cell]);
        }
        let page = Page::new("profile", name)
            .fact("brokers", profile.brokers.as_deref())
            .part("settings", settings);
        Ok(self.output.print_page(out, &page)?)
    }
}

impl Edit {
    fn run(self, mut profiles: Profiles, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let mut profile = profiles.named(&self.name)?.clone();
        self.content.put(&mut profile)?;
        for key in &self.unset {
            if profile.settings.remove(key).is_none() {
                let what = format!("profile \"{}\" does not set \"{key}\"", self.name);
                return Err(Failure::missing(what));
            }
        }
        profiles.profiles.insert(self.name.clone(), profile);
        profiles.save()?;
        Ok(writeln!(out, "changed profile \"{}\"", self.name)?)
    }
}

impl Rename {
    fn run(self, mut profiles: Profiles, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let profile = profiles.named(&self.from)?.clone();
        if profiles.profiles.contains_key(&self.to) {
            let what = format!("there is a profile \"{}\" already", self.to);
            return Err(Failure::existing(what));
        }
        profiles.profiles.remove(&self.from);
        profiles.profiles.insert(self.to.clone(), profile);
        if profiles.current.as_ref() == Some(&self.from) {
            profiles.current = Some(self.to.clone());
        }
        profiles.save()?;
        Ok(writeln!(out, "profile \"{}\" is now \"{}\"", self.from, self.to)?)
    }
}

impl Delete {
    fn run(self, mut profiles: Profiles, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        for name in &self.names {
            profiles.named(name)?;
        }
        profiles.profiles.retain(|name, _| !self.names.contains(name));
        profiles.current = profiles.current.filter(|name| !self.names.contains(name));
        profiles.save()?;
        for name in &self.names {
            writeln!(out, "deleted profile \"{name}\"")?;
        }
        Ok(())
    }
}

/// A name that needs no quotes anywhere.
fn name(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    match !text.is_empty() && text.chars().all(is_plain) {
        true => Ok(text.to_owned()),
        false => Err("use letters, digits, '-', '_' and '.'".into()),
    }
}
