//! `--svg FILE` and `--html FILE`: the graph as a picture, or as a page to step through.

use backprop::{Node, draw};

/// Draws to the file that the command line names; ends the program with code 2 if it says anything else.
pub fn if_asked(root: &Node<f64>) {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (file, saved) = match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => return,
        ["--svg", file] => (*file, draw::svg(root).save(file)),
        ["--html", file] => (*file, draw::html(root).save(file)),
        _ => {
            eprintln!("usage: [--svg FILE | --html FILE]");
            std::process::exit(2);
        }
    };
    match saved {
        Ok(()) => println!("\ndrawn: {file}"),
        Err(error) => {
            eprintln!("{file}: {error}");
            std::process::exit(1);
        }
    }
}
