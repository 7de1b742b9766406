//! The columns of a list: their headings, their merge names, and how somebody wants them read. Pure.

use crate::mail::names::merge_name;
use serde::{Deserialize, Serialize};

/// A column of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The heading as it stood in the file.
    pub name: String,
    /// The merge name: lower case, letters, digits and underscores, unique in the set.
    pub key: String,
    /// Valid rows without a value.
    #[serde(default)]
    pub empty: i64,
}

/// Says how the columns of a list are read: one that was just given (`set`), or the draft's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnsForm {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub revision: String,
    #[serde(default)]
    pub set: String,
    /// Key of the column of addresses.
    #[serde(default)]
    pub email: String,
    /// Columns that are not named here stay as they are.
    #[serde(default)]
    pub columns: Vec<ColumnChoice>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnChoice {
    #[serde(default)]
    pub key: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub keep: bool,
}

impl ColumnsForm {
    /// The heading of each column of the list, or `None` where it is left out. The column of addresses always stays.
    pub fn headings(&self, columns: &[Column]) -> Vec<Option<String>> {
        let heading = |column: &Column| {
            let Some(choice) = self.columns.iter().find(|choice| choice.key == column.key) else {
                return Some(column.name.clone());
            };
            let name: String = choice
                .name
                .chars()
                .filter(|c| !c.is_control())
                .take(100)
                .collect();
            let name = match name.trim() {
                "" => column.name.clone(),
                name => name.to_owned(),
            };
            (choice.keep || column.key == self.email).then_some(name)
        };
        columns.iter().map(heading).collect()
    }
}

/// Gives every heading a key that is unique in the list; the address column (an index) has the first choice, and no other
/// column may be `email`, which is always the address.
pub fn keyed(headings: &[String], email: Option<usize>) -> Vec<Column> {
    let mut taken = std::collections::HashSet::from(["email".to_owned()]);
    let mut columns = vec![Column::default(); headings.len()];
    let order = email
        .into_iter()
        .chain((0..headings.len()).filter(|i| Some(*i) != email));
    for i in order {
        let Some(name) = headings.get(i) else {
            continue;
        };
        let stem = match merge_name(name) {
            stem if stem.is_empty() => format!("column_{}", i + 1),
            stem => stem,
        };
        let mut key = stem.clone();
        let mut number = 2;
        while !(taken.insert(key.clone()) || Some(i) == email && key == "email") {
            key = format!("{stem}_{number}");
            number += 1;
        }
        columns[i] = Column {
            name: name.trim().to_owned(),
            key,
            empty: 0,
        };
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_renamed_or_left_out_but_never_the_address() {
        let columns = keyed(&["Email", "Name", "Town"].map(String::from), Some(0));
        let choice = |key: &str, name: &str, keep| ColumnChoice {
            key: key.into(),
            name: name.into(),
            keep,
        };
        let form = ColumnsForm {
            email: "email".into(),
            columns: vec![
                choice("email", "", false),
                choice("name", " First\nname ", true),
                choice("town", "Town", false),
            ],
            ..ColumnsForm::default()
        };
        let expected = [Some("Email".to_owned()), Some("Firstname".to_owned()), None];
        assert_eq!(form.headings(&columns), expected);
        // What is not named stays.
        let silent = ColumnsForm::default();
        assert_eq!(silent.headings(&columns)[2].as_deref(), Some("Town"));
    }

    #[test]
    fn keys_are_unique_and_email_is_the_address() {
        let headings: Vec<String> = ["Email", "Name", "name", "E-Mail", "Name 2"]
            .map(String::from)
            .into();
        let keys = |email| -> Vec<String> {
            keyed(&headings, email)
                .into_iter()
                .map(|column| column.key)
                .collect()
        };
        assert_eq!(
            keys(Some(0)),
            ["email", "name", "name_2", "e_mail", "name_2_2"]
        );
        // Another column was chosen: the one headed "Email" makes room.
        assert_eq!(
            keys(Some(3)),
            ["email_2", "name", "name_2", "e_mail", "name_2_2"]
        );
        assert_eq!(keys(None)[0], "email_2");
    }
}
