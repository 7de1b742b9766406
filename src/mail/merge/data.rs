//! The values of one recipient, found by merged name.

use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{DynObject, Enumerator, Object};

use crate::mail::names::merge_name;

/// Values by name. "First Name", `first-name` and `FIRST_NAME` are one name; the last one set wins.
#[derive(Debug, Clone, Default)]
pub struct MergeData {
    fields: Arc<Fields>,
}

/// Sorted by name.
#[derive(Debug, Clone, Default)]
struct Fields(Vec<(Box<str>, Value)>);

impl Fields {
    fn set(&mut self, name: &str, value: Value) {
        match self.0.binary_search_by(|(key, _)| key.as_ref().cmp(name)) {
            Ok(at) => {
                if let Some(field) = self.0.get_mut(at) {
                    field.1 = value;
                }
            }
            Err(at) => self.0.insert(at, (name.into(), value)),
        }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        let at = self.0.binary_search_by(|(key, _)| key.as_ref().cmp(name));
        self.0.get(at.ok()?).map(|field| &field.1)
    }
}

impl Object for Fields {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get(key.as_str()?).cloned()
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.get(key).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(
            self.0
                .iter()
                .map(|(name, _)| Value::from(name.as_ref()))
                .collect(),
        )
    }
}

impl MergeData {
    pub fn new() -> Self {
        Self::default()
    }

    /// Columns and cells of one row.
    pub fn from_pairs<K: AsRef<str>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let mut data = Self::new();
        for (name, value) in pairs {
            data.set(name.as_ref(), value);
        }
        data
    }

    /// A JSON object; lists and objects inside it can be looped over and looked into.
    pub fn from_json(map: &serde_json::Map<String, serde_json::Value>) -> Self {
        Self {
            fields: Arc::new(fields(map)),
        }
    }

    /// The text of a JSON object, as a message row holds it. Empty text is an empty object.
    ///
    /// # Errors
    /// The text is not a JSON object.
    pub fn from_json_text(text: &str) -> Result<Self, serde_json::Error> {
        if text.trim().is_empty() {
            return Ok(Self::new());
        }
        Ok(Self::from_json(&serde_json::from_str(text)?))
    }

    /// Sets one value.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = Value::from(value.into());
        Arc::make_mut(&mut self.fields).set(&merge_name(name), value);
    }

    /// Sets one value by a name that is in its merged form already.
    pub fn set_merged(&mut self, name: &str, value: impl Into<Value>) {
        Arc::make_mut(&mut self.fields).set(name, value.into());
    }

    /// Sets one value, for use in a chain.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    /// Whether a value is there and not blank.
    pub fn has(&self, name: &str) -> bool {
        self.fields
            .get(&merge_name(name))
            .is_some_and(|value| !super::filters::is_blank(value))
    }

    /// The names that have a value, blank or not.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.0.iter().map(|(name, _)| name.as_ref())
    }

    pub(super) fn value(&self) -> Value {
        Value::from_dyn_object(DynObject::new(Arc::clone(&self.fields)))
    }
}

fn fields(map: &serde_json::Map<String, serde_json::Value>) -> Fields {
    let mut fields = Fields(Vec::with_capacity(map.len()));
    for (name, value) in map {
        fields.set(&merge_name(name), convert(value));
    }
    fields
}

fn convert(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::UNDEFINED,
        serde_json::Value::Bool(flag) => Value::from(*flag),
        serde_json::Value::String(text) => Value::from(text.as_str()),
        serde_json::Value::Number(number) => number
            .as_i64()
            .map(Value::from)
            .or_else(|| number.as_f64().map(Value::from))
            .unwrap_or_default(),
        serde_json::Value::Array(items) => items.iter().map(convert).collect(),
        serde_json::Value::Object(map) => Value::from_object(fields(map)),
    }
}
