//! The condition that finds a person by what a list knows of them: their name, their company. Text inside JSON has no index, so
//! whoever uses this says how many rows are looked at.

use crate::server::db::Stmt;

/// What a search is compared with: the values as written in small letters, and, where there are other letters than A to Z,
/// whose case the database does not know, as names and headings are written too.
pub struct Words(Vec<String>);

impl Words {
    pub fn of(search: &str) -> Words {
        let small = search.to_lowercase();
        let named: String = small
            .split_inclusive(char::is_whitespace)
            .map(|word| {
                let mut letters = word.chars();
                let first = letters.next().map(|c| c.to_uppercase().to_string());
                first.unwrap_or_default() + letters.as_str()
            })
            .collect();
        let large = small.to_uppercase();
        let mut forms = Vec::new();
        // As the database's lower() leaves them.
        for form in [&small, &named, &large].map(|form| form.to_ascii_lowercase()) {
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
        Words(forms)
    }

    /// Whether a value of this JSON object holds the words. The parameters from `first` on are [`bind`](Self::bind)'s.
    pub fn condition(&self, data: &str, first: usize) -> String {
        let forms = (0..self.0.len()).map(|i| {
            let (text, json) = (first + 2 * i, first + 2 * i + 1);
            // A glance at the text first: names of columns are in it too, so the values decide.
            format!(
                "CASE WHEN instr(lower({data}), ?{json}) > 0 THEN EXISTS (SELECT 1 FROM json_each({data}) v \
                 WHERE instr(lower(v.value), ?{text}) > 0) ELSE 0 END"
            )
        });
        format!("({})", forms.collect::<Vec<_>>().join(" OR "))
    }

    pub fn bind(&self, statement: Stmt) -> Stmt {
        self.0.iter().fold(statement, |statement, form| {
            // As it stands between the quotes of a JSON text.
            let json = serde_json::Value::from(form.as_str()).to_string();
            let json = json
                .strip_prefix('"')
                .and_then(|json| json.strip_suffix('"'));
            statement
                .bind(form.clone())
                .bind(json.unwrap_or(form).to_owned())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_letters_are_looked_for_in_the_cases_they_are_written_in() {
        assert_eq!(Words::of("Ann SMITH").0, ["ann smith"]);
        assert_eq!(Words::of("éva").0, ["éva", "Éva"]);
        assert_eq!(Words::of("zoë öz").0, ["zoë öz", "zoë Öz", "zoË Öz"]);
    }
}
