//! Signals to a process by its pid, and only to one that the test started.

/// Asks the process to end in order (SIGTERM).
pub fn terminate(pid: u32) {
    send(pid, libc::SIGTERM);
}

/// Interrupts the process, as Ctrl-C does (SIGINT).
pub fn interrupt(pid: u32) {
    send(pid, libc::SIGINT);
}

/// Ends the process at once, as a crash would (SIGKILL).
pub fn kill(pid: u32) {
    send(pid, libc::SIGKILL);
}

#[expect(unsafe_code, reason = "kill(2) has no safe wrapper in std")]
fn send(pid: u32, signal: libc::c_int) {
    let pid = libc::pid_t::try_from(pid).expect("a pid fits pid_t");
    assert!(pid > 1, "never a process group or init");
    // SAFETY: kill(2) touches no memory of ours. The pid is that of a child which was not waited for yet, so that it cannot
    // have been given to another process; `Child` keeps this.
    unsafe { libc::kill(pid, signal) };
}
