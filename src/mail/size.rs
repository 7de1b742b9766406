//! How large a mail is, and where Gmail cuts it.

/// Gmail shows this many bytes of a mail's HTML and hides the rest behind a link.
pub const GMAIL_CLIP_BYTES: usize = 102 * 1024;
/// From here on a mail is close to the cut.
const NEAR_BYTES: usize = 90 * 1024;

/// The size of a mail's HTML part, before the transport encodes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct MailSize {
    pub bytes: usize,
}

impl MailSize {
    pub fn of(html: &str) -> Self {
        Self { bytes: html.len() }
    }

    pub fn is_clipped(self) -> bool {
        self.bytes >= GMAIL_CLIP_BYTES
    }

    /// For people: "37.4 KB" (of 1024 bytes).
    pub fn label(self) -> String {
        let tenths = self.bytes * 10 / 1024;
        format!("{}.{} KB", tenths / 10, tenths % 10)
    }

    /// What to tell the marketer, if anything.
    pub fn warning(self) -> Option<String> {
        if self.is_clipped() {
            Some(format!(
                "The mail is {}. Gmail cuts mails at 102 KB, so its end, often the unsubscribe link, is hidden. Make it shorter.",
                self.label()
            ))
        } else if self.bytes >= NEAR_BYTES {
            Some(format!(
                "The mail is {}, close to the 102 KB at which Gmail cuts it.",
                self.label()
            ))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cut_is_at_102_kilobytes() {
        for (bytes, clipped, warned, label) in [
            (0, false, false, "0.0 KB"),
            (1536, false, false, "1.5 KB"),
            (NEAR_BYTES, false, true, "90.0 KB"),
            (104_447, false, true, "101.9 KB"),
            (104_448, true, true, "102.0 KB"),
        ] {
            let size = MailSize::of(&"x".repeat(bytes));
            assert_eq!(size.is_clipped(), clipped);
            assert_eq!(size.warning().is_some(), warned);
            assert_eq!(size.label(), label);
        }
    }
}
