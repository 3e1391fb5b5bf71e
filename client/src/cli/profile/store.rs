//! The store of profiles: one TOML file that its owner alone can read.
//!
//! ```toml
//! current = "production"
//!
//! [profiles.production]
//! brokers = "kafka-1:9092,kafka-2:9092"
//!
//! [profiles.production.settings]
//! "client.id" = "oncall"
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::cli::failure::Failure;

/// One profile: where a cluster is, and how to talk to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli) struct Profile {
    /// The brokers to ask first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) brokers: Option<String>,
    /// Client settings, by either client's names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(in crate::cli) settings: BTreeMap<String, String>,
}

/// All profiles, and which one is used where none is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli) struct Profiles {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) current: Option<String>,
    #[serde(default)]
    pub(in crate::cli) profiles: BTreeMap<String, Profile>,
}

impl Profiles {
    /// The profiles of whoever runs this; none if there is no file.
    pub(in crate::cli) fn load() -> Result<Self, Failure> {
        match path() {
            Some(path) => Self::load_from(&path),
            None => Ok(Self::default()),
        }
    }

    fn load_from(path: &Path) -> Result<Self, Failure> {
        let reading = || format!("read the profiles in {}", path.display());
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Failure::other(&reading(), &error)),
        };
        toml::from_str(&text).map_err(|error| {
            Failure::other(&reading(), &error).advise("correct the file, or move it away")
        })
    }

    /// Replaces the file, so that whoever reads it meanwhile sees the old one or the new one.
    pub(super) fn save(&self) -> Result<(), Failure> {
        let path = path().ok_or_else(|| {
            Failure::usage("there is no place for profiles").advise("set HOME, or XDG_CONFIG_HOME")
        })?;
        self.save_to(&path).map_err(|error| {
            Failure::other(&format!("write the profiles to {}", path.display()), &error)
        })
    }

    fn save_to(&self, path: &Path) -> io::Result<()> {
        let text = toml::to_string(self).map_err(io::Error::other)?;
        let dir = path.parent().ok_or_else(|| io::Error::other("it has no directory"))?;
        fs::create_dir_all(dir)?;
        let new = dir.join(format!(".profiles.{}", std::process::id()));
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(new, path)
    }

    /// A profile by its name.
    pub(in crate::cli) fn named(&self, name: &str) -> Result<&Profile, Failure> {
        self.profiles.get(name).ok_or_else(|| self.missing(name))
    }

    /// What to say of a name that no profile has.
    pub(super) fn missing(&self, name: &str) -> Failure {
        Failure::missing(format!("there is no profile \"{name}\""))
            .advise(
                "`sapwood profile list` shows what is there; `sapwood profile create` makes one",
            )
            .suggest(name, self.profiles.keys().map(String::as_str))
    }

    /// The profile that is used where none is named.
    pub(in crate::cli) fn in_use(&self) -> Option<(&str, &Profile)> {
        let (name, profile) = self.profiles.get_key_value(self.current.as_deref()?)?;
        Some((name, profile))
    }
}

/// Where the file is: below `XDG_CONFIG_HOME`, or `.config` at home.
pub(super) fn path() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let base = set("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| set("HOME").map(|home| PathBuf::from(home).join(".config")))?;
    Some(base.join("sapwood").join("profiles.toml"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn profiles_come_back_as_they_were_saved_and_are_their_owners_alone() {
        let dir = std::env::temp_dir().join(format!("sapwood-profiles-{}", std::process::id()));
        let path = dir.join("sapwood").join("profiles.toml");
        let mut profiles = Profiles::default();
        let settings = BTreeMap::from([("client.id".to_owned(), "me".to_owned())]);
        let profile = Profile { brokers: Some("a:1,b:2".into()), settings };
        profiles.profiles.insert("x".into(), profile);
        profiles.current = Some("x".into());
        profiles.save_to(&path).expect("a file is written");
        assert_eq!(Profiles::load_from(&path), Ok(profiles.clone()));
        let mode = fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(&path, "current = 1").expect("a file is written");
        assert!(Profiles::load_from(&path).is_err(), "a broken file is not taken for none");
        fs::remove_dir_all(&dir).expect("the directory goes");
        assert_eq!(Profiles::load_from(&path), Ok(Profiles::default()));
    }
}
