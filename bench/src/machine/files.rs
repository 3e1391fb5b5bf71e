//! Files of the kernel that describe a machine, and what is read from them.

use std::path::Path;

/// The first value behind this name in a file such as `/proc/cpuinfo` or `/proc/meminfo`.
pub(super) fn value(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The whole file, without the blanks at its ends.
pub(super) fn whole(file: &str) -> Option<String> {
    std::fs::read_to_string(file).ok().map(|text| text.trim().to_owned())
}

/// The file system that a path lies on, by the mounts of a process: its type and its options.
pub(super) fn file_system(mounts: &str, path: &Path) -> Option<String> {
    let lines = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ');
        let (_, at, kind, options) =
            (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        path.starts_with(at).then(|| (at.len(), format!("{kind} ({options})")))
    });
    // A later mount at the same place hides the one before.
    lines.max_by_key(|(length, _)| *length).map(|(_, said)| said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mount_counts() {
        let mounts = "/dev/a / ext4 rw,relatime 0 0\ntmpfs /data tmpfs rw 0 0\n/dev/b /data xfs rw,noatime 0 0\n";
        let at = |path: &str| file_system(mounts, Path::new(path));
        assert_eq!(at("/data/kafka").as_deref(), Some("xfs (rw,noatime)"));
        assert_eq!(at("/database").as_deref(), Some("ext4 (rw,relatime)"));
    }
}
