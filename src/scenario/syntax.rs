//! What a compiled script does, read off its syntax tree: each thing with its position.

use std::collections::BTreeSet;

use rhai::{AST, ASTFlags, ASTNode, Expr, FnCallExpr, Position, Stmt};

/// A word of a script, and where it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) at: Position,
}

impl Found {
    fn new(name: &str, at: Position) -> Found {
        Found { name: name.to_owned(), at }
    }
}

/// A module that a script asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// Nothing when it is computed.
    pub(crate) name: Option<String>,
    /// What it is called here; nothing without `as`.
    pub(crate) alias: Option<String>,
    pub(crate) at: Position,
}

/// A call of a function in a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ModuleCall {
    /// What the module is called here.
    pub(crate) module: String,
    pub(crate) function: String,
    pub(crate) arguments: usize,
    pub(crate) at: Position,
}

/// Every `import`, wherever it stands.
pub(crate) fn imports(ast: &AST) -> Vec<Import> {
    let mut found = Vec::new();
    walk(ast, |node| {
        if let ASTNode::Stmt(Stmt::Import(import, at)) = node {
            let (path, alias) = &**import;
            let alias = (!alias.name.is_empty()).then(|| alias.name.to_string());
            let (name, at) = match path {
                Expr::StringConstant(name, at) => (Some(name.to_string()), *at),
                _ => (None, *at),
            };
            found.push(Import { name, alias, at });
        }
    });
    found
}

/// The names that are set by `vars.name = …` and `vars["name"] = …`, also in a part of them.
pub(crate) fn assigned(ast: &AST) -> Vec<Found> {
    let mut found = Vec::new();
    walk(ast, |node| {
        if let ASTNode::Stmt(Stmt::Assignment(assignment)) = node {
            found.extend(variable(&assignment.1.lhs));
        }
    });
    found
}

/// The names that are set by `name = …` and that the script does not make itself.
pub(crate) fn overwritten(ast: &AST) -> Vec<Found> {
    let mut made = BTreeSet::new();
    let mut found = Vec::new();
    for function in ast.iter_functions() {
        made.extend(function.params.iter().map(ToString::to_string));
    }
    walk(ast, |node| {
        let ASTNode::Stmt(statement) = node else { return };
        match statement {
            Stmt::Var(variable, ..) => drop(made.insert(variable.0.name.to_string())),
            Stmt::For(names, _) => {
                made.insert(names.0.name.to_string());
                made.extend(names.1.iter().map(|counter| counter.name.to_string()));
            }
            Stmt::Assignment(assignment) => {
                if let Expr::Variable(name, _, at) = &assignment.1.lhs {
                    found.push(Found::new(&name.1, *at));
                }
            }
            _ => {}
        }
    });
    found.retain(|set| !made.contains(&set.name));
    found
}

/// The variable of `vars.name`, `vars.name.part` or `vars["name"]`.
fn variable(target: &Expr) -> Option<Found> {
    let (Expr::Dot(chain, ..) | Expr::Index(chain, ..)) = target else { return None };
    let Expr::Variable(root, ..) = &chain.lhs else { return None };
    if root.1 != "vars" {
        return None;
    }
    // A longer chain leans to the right: `vars.(name.part)`.
    let first = match &chain.rhs {
        Expr::Dot(inner, ..) | Expr::Index(inner, ..) => &inner.lhs,
        other => other,
    };
    match first {
        Expr::Property(property, at) => Some(Found::new(&property.2, *at)),
        Expr::StringConstant(name, at) => Some(Found::new(name, *at)),
        _ => None,
    }
}

/// Every function that is called without the name of a module: `send("AT")`. What is called as a
/// method is left out, since `f.call(x)` is how a function that was handed over is called.
pub(crate) fn calls(ast: &AST) -> Vec<Found> {
    let mut found = Vec::new();
    each_call(ast, |call, at| {
        if !call.is_qualified() {
            found.push(Found::new(&call.name, at));
        }
    });
    found
}

/// Every function that is called by the name of a module and its own: `sums::total(x)`.
pub(crate) fn module_calls(ast: &AST) -> Vec<ModuleCall> {
    let mut found = Vec::new();
    each_call(ast, |call, at| {
        if let [module] = call.namespace.path.as_slice() {
            found.push(ModuleCall {
                module: module.name.to_string(),
                function: call.name.to_string(),
                arguments: call.args.len(),
                at,
            });
        }
    });
    found
}

fn each_call(ast: &AST, mut look: impl FnMut(&FnCallExpr, Position)) {
    walk(ast, |node| match node {
        ASTNode::Stmt(Stmt::FnCall(call, at)) | ASTNode::Expr(Expr::FnCall(call, at)) => {
            look(call, *at);
        }
        _ => {}
    });
}

/// Where a module does something else than define: it has functions and constants only.
pub(crate) fn doings(ast: &AST) -> Option<Position> {
    let defines = |statement: &&Stmt| match statement {
        Stmt::Import(..) | Stmt::Noop(_) => true,
        Stmt::Var(_, flags, _) => flags.contains(ASTFlags::CONSTANT),
        _ => false,
    };
    ast.statements().iter().find(|statement| !defines(statement)).map(Stmt::position)
}

fn walk(ast: &AST, mut look: impl FnMut(&ASTNode<'_>)) {
    ast.walk(&mut |path| {
        if let Some(node) = path.last() {
            look(node);
        }
        true
    });
}
