//! Values with `${variables}` anywhere inside: arguments of fragments, params of roles.

use serde_json::{Map, Value};

use crate::scenario::{Library, Template};
use crate::source::Place;
use crate::variables::Variables;
use crate::yaml::{Node, Tree};

/// A value as written; each text in it may have variables.
#[derive(Clone, Debug)]
pub enum Data {
    /// Without variables.
    Plain(Value),
    Template(Template),
    List(Vec<Data>),
    Map(Vec<(String, Data)>),
}

impl Data {
    /// The value with its variables filled in; the error is a path that has no value, with the
    /// place where it stands.
    pub fn value(&self, variables: &Variables) -> Result<Value, (String, Place)> {
        Ok(match self {
            Data::Plain(value) => value.clone(),
            Data::Template(template) => {
                let missing = |path| (path, template.place.clone());
                template.value(variables).map_err(missing)?
            }
            Data::List(items) => {
                let values = items.iter().map(|item| item.value(variables));
                Value::Array(values.collect::<Result<_, _>>()?)
            }
            Data::Map(entries) => {
                let pair = |(key, data): &(String, Data)| {
                    data.value(variables).map(|value| (key.clone(), value))
                };
                Value::Object(entries.iter().map(pair).collect::<Result<Map<_, _>, _>>()?)
            }
        })
    }

    /// Every template in it.
    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Data::Plain(_) => Vec::new(),
            Data::Template(template) => vec![template],
            Data::List(items) => items.iter().flat_map(Data::templates).collect(),
            Data::Map(entries) => entries.iter().flat_map(|(_, data)| data.templates()).collect(),
        }
    }
}

impl Library {
    pub(crate) fn data(&mut self, node: &Node) -> Option<Data> {
        match &node.tree {
            Tree::Scalar(scalar) if scalar.text.contains("${") => {
                self.template(node).map(Data::Template)
            }
            Tree::Null | Tree::Scalar(_) => Some(Data::Plain(node.to_value())),
            Tree::List(items) => {
                items.iter().map(|item| self.data(item)).collect::<Option<_>>().map(Data::List)
            }
            Tree::Map(entries) => {
                let pair = |entry: &crate::yaml::Entry| {
                    let key = self.complaints.text(&entry.key)?;
                    self.data(&entry.value).map(|data| (key, data))
                };
                let data = entries.iter().map(pair).collect::<Option<Vec<_>>>().map(Data::Map)?;
                Some(plain(node, data))
            }
        }
    }
}

/// What has no variables is one value, as it is written.
fn plain(node: &Node, data: Data) -> Data {
    if data.templates().is_empty() { Data::Plain(node.to_value()) } else { data }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::source::Source;
    use crate::yaml::parse;

    #[test]
    fn variables_are_filled_in_wherever_they_stand_and_keep_their_type() {
        let text = "{ set: { nat: '${n}s', list: [1, '${n}', '${all}'] }, off: null, on: '1' }";
        let node = parse(&Source::new("t.yaml", text)).unwrap();
        let mut library = Library::default();
        let data = library.data(&node).unwrap();
        assert!(library.complaints.is_empty());
        assert_eq!(data.templates().len(), 3);
        let mut variables = Variables::from([("n".to_owned(), json!(5))]);
        let (missing, place) = data.value(&variables).unwrap_err();
        assert_eq!((missing.as_str(), place.text()), ("all", "'${all}'"));
        variables.insert("all".to_owned(), json!([true]));
        let filled = json!({ "nat": "5s", "list": [1, 5, [true]] });
        let expected = json!({ "set": filled, "off": null, "on": "1" });
        assert_eq!(data.value(&variables), Ok(expected));
    }

    #[test]
    fn what_has_no_variables_is_one_value() {
        let node = parse(&Source::new("t.yaml", "{ a: { b: 2 }, c: '$${n}' }")).unwrap();
        let data = Library::default().data(&node).unwrap();
        assert_eq!(data.value(&Variables::new()), Ok(json!({ "a": { "b": 2 }, "c": "${n}" })));
        let node = parse(&Source::new("t.yaml", "{ a: { b: 2 } }")).unwrap();
        assert!(matches!(Library::default().data(&node), Some(Data::Plain(_))));
    }
}
