//! A finding: what one look found.

/// How one thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// As it should be.
    Fine,
    /// It works, and may hurt one day.
    Doubtful,
    /// It does not work.
    Wrong,
}

impl Verdict {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Doubtful => "warning",
            Self::Wrong => "wrong",
        }
    }
}

/// What one look found, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// What was looked at.
    pub(super) check: String,
    pub(super) verdict: Verdict,
    /// What was seen.
    pub(super) detail: String,
    /// What to do, if there is anything to do.
    pub(super) advice: Option<String>,
}

impl Finding {
    pub(super) fn fine(check: impl Into<String>, detail: impl Into<String>) -> Self {
        let (check, detail) = (check.into(), detail.into());
        Self { check, verdict: Verdict::Fine, detail, advice: None }
    }

    pub(super) fn doubtful(
        check: impl Into<String>,
        detail: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        let advice = Some(advice.into());
        Self { verdict: Verdict::Doubtful, advice, ..Self::fine(check, detail) }
    }

    pub(super) fn wrong(
        check: impl Into<String>,
        detail: impl Into<String>,
        advice: Option<String>,
    ) -> Self {
        Self { verdict: Verdict::Wrong, advice, ..Self::fine(check, detail) }
    }
}
