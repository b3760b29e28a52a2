//! `[[expect]]` and `[[waive]]` on the day of the run: which still count, and which have ended.

use crate::date::Date;
use crate::report::Stale;
use crate::subject::{Described, Exception};
use crate::text::Text;

/// The exceptions that count today, and those that do not any more.
#[derive(Debug, Clone, Default)]
pub(super) struct Exceptions {
    expected: Vec<Exception>,
    waived: Vec<Exception>,
    /// Past their last day.
    pub(super) stale: Vec<Stale>,
}

impl Exceptions {
    /// Sorts a description's exceptions by the day.
    pub(super) fn on(today: Date, described: &Described) -> Self {
        let mut stale = Vec::new();
        let mut counting = |exceptions: &[Exception], section: &str| {
            let (counting, ended): (Vec<Exception>, Vec<Exception>) = exceptions
                .iter()
                .cloned()
                .partition(|exception| today <= exception.until);
            stale.extend(
                ended
                    .into_iter()
                    .map(|exception| ended_on(&exception, section)),
            );
            counting
        };
        let expected = counting(&described.expectations, "expect");
        let waived = counting(&described.waivers, "waive");
        Self {
            expected,
            waived,
            stale,
        }
    }

    /// The expectation of a check.
    pub(super) fn expected(&self, id: &str) -> Option<&Exception> {
        self.expected.iter().find(|exception| exception.check == id)
    }

    /// The waiver of a check.
    pub(super) fn waived(&self, id: &str) -> Option<&Exception> {
        self.waived.iter().find(|exception| exception.check == id)
    }
}

fn ended_on(exception: &Exception, section: &str) -> Stale {
    let Exception {
        check,
        reason,
        until,
    } = exception;
    Stale {
        check: check.clone(),
        message: Text::new(
            format!(
                "[[{section}]] ended on {until} ({reason}); remove the entry, or give it a new date and say why"
            ),
            format!("[[{section}]] 已于 {until} 到期({reason});请删除该条目,或说明理由并更新日期"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_counts_until_the_end_of_its_last_day() {
        let mut described = Described::from_url("http://127.0.0.1:9/authorize").unwrap();
        let exception = |check: &str, until: &str| Exception {
            check: check.to_owned(),
            reason: "tracked".to_owned(),
            until: until.parse().unwrap(),
        };
        described.expectations = vec![
            exception("RED-04", "2027-01-31"),
            exception("RED-08", "2027-01-30"),
        ];
        described.waivers = vec![exception("UX-01", "2026-01-01")];
        let exceptions = Exceptions::on("2027-01-31".parse().unwrap(), &described);
        assert!(exceptions.expected("RED-04").is_some() && exceptions.expected("RED-08").is_none());
        assert!(exceptions.waived("UX-01").is_none());
        let stale: Vec<&str> = exceptions
            .stale
            .iter()
            .map(|stale| stale.check.as_str())
            .collect();
        assert_eq!(stale, ["RED-08", "UX-01"]);
        assert!(
            exceptions.stale[0]
                .message
                .en
                .contains("[[expect]] ended on 2027-01-30 (tracked)")
        );
    }
}
