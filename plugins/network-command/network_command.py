#!/usr/bin/env python3
"""The network by any command.

A command is a list, which is started as it is, or a text, which a shell reads. In both `{name}` is
the param `name` of the call, and the environment has it as FOTARIG_NAME. A shell gets it from there
and never in its text, so that no param can become a command of its own, however it is quoted.
"""

import json
import os
import re
import shlex
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from fotarig_plugin import Plugin, Refused, run_program  # noqa: E402

SHELL = "/bin/sh"
METHODS = ("down", "up", "release_nat", "drop_context", "set", "state")

# Below the `answer_within` of plugin.yaml.
MAX_WITHIN_SECONDS = 290.0
# An answer is read by people, and kept in the journal.
MAX_ANSWER_CHARACTERS = 65536
# A remedy is a sentence, not a script.
MAX_SHOWN_CHARACTERS = 300

# `{name}`, and `{{name}}` where braces are meant. `${NAME}` is the shell's own.
PLACEHOLDER = re.compile(r"\{\{([A-Za-z_]\w*)\}\}|(?<!\$)\{([A-Za-z_]\w*)\}", re.ASCII)


class NetworkCommand(Plugin):
    """A network that commands change."""

    def start(self, settings):
        self.within = settings["within"]
        if not 0 < self.within <= MAX_WITHIN_SECONDS:
            raise Refused(
                f"`within` is {self.within:g} s",
                remedy=f"choose more than 0 s, and at most {MAX_WITHIN_SECONDS:g} s",
            )
        try:
            # Commands are found from here, and run here.
            os.chdir(settings["folder"])
        except OSError as error:
            why = f"cannot work in the folder `{settings['folder']}`: {error.strerror}"
            raise Refused(why, remedy="correct `folder`") from None
        self.environment = environment(settings.get("environment", {}))
        self.commands = commands(settings["commands"])
        for method in METHODS:
            if method not in self.commands:
                self.leave_out(f"network.{method}")

    def network_down(self, **params):
        return self.do("down", params)

    def network_up(self, **params):
        return self.do("up", params)

    def network_release_nat(self, **params):
        return self.do("release_nat", params)

    def network_drop_context(self, **params):
        return self.do("drop_context", params)

    def network_set(self, **params):
        return self.do("set", params)

    def network_state(self, **params):
        return self.do("state", params)

    def do(self, method, params):
        """Run the command of `method`; what it writes is the answer."""
        # The helper marks names that Python has words for.
        texts = {key.rstrip("_"): text_of(key, value) for key, value in params.items()}
        command = self.commands[method]
        check_params(method, command, texts)
        words = filled(command, texts) if isinstance(command, list) else for_shell(command)
        variables = {variable_of(key): text for key, text in texts.items()}
        ended = run_program(
            words, self.within, extra_environment={**self.environment, **variables}
        )
        if ended.status != 0:
            last_words = ended.last_words()
            said = f"; its last words: {last_words}" if last_words else ", and said nothing"
            raise Refused(
                f"the command of `{method}` {ended.how}{said}",
                remedy=f"try it by hand in `{os.getcwd()}`: {shown(words, variables)}",
            )
        return answer(method, ended.out)


def commands(wanted):
    """The commands of `with`, each a list of texts or a text, and each to be started."""
    if not wanted:
        raise Refused("`commands` is empty", remedy=f"give one of {', '.join(METHODS)}")
    for method in wanted:
        if method not in METHODS:
            raise Refused(
                f"`commands` has `{method}`, which is no method of a network",
                remedy=f"the methods are {', '.join(METHODS)}",
            )
    ours = {method: command_of(method, command) for method, command in wanted.items()}
    for method, command in ours.items():
        program = command[0] if isinstance(command, list) else SHELL
        if not PLACEHOLDER.search(program) and shutil.which(program) is None:
            raise Refused(
                f"there is no program `{program}` for `{method}`",
                remedy=f"install it, or say where it is; commands run in `{os.getcwd()}`",
            )
    return ours


def command_of(method, command):
    """A command as its user means it: an integer in a list is its digits."""
    if isinstance(command, str) and command.strip():
        return command
    if not isinstance(command, list) or not command:
        raise Refused(
            f"the command of `{method}` is neither a list nor a text",
            remedy="for example `[attenuator, --db, '{db}']`",
        )
    for word in command:
        if not isinstance(word, (str, int)) or isinstance(word, bool):
            raise Refused(
                f"the command of `{method}` has `{json.dumps(word)}`, which is no text",
                remedy="write it in quotes",
            )
    return [str(word) for word in command]


def environment(wanted):
    """The variables of `with`, as texts."""
    for name in wanted:
        if not name or "=" in name or "\0" in name:
            raise Refused(
                f"`{name}` cannot be the name of a variable",
                remedy="letters, digits and `_`, as in `CORE_TOKEN`",
            )
    return {name: text_of(name, value) for name, value in wanted.items()}


def text_of(name, value):
    """A value as a command reads it: a text as it is, all else as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if "\0" in text:
        raise Refused(f"`{name}` has a NUL, which no command takes", remedy="leave it out")
    return text


def variable_of(name):
    return "FOTARIG_" + re.sub(r"[^A-Z0-9_]", "_", name.upper())


def check_params(method, command, texts):
    """Every param that a command wants must be given."""
    text = command if isinstance(command, str) else "\n".join(command)
    for match in PLACEHOLDER.finditer(text):
        name = match[2]
        if name is not None and name not in texts:
            given = ", ".join(f"`{name}`" for name in texts) or "none"
            raise Refused(
                f"the command of `{method}` wants `{name}`, and the call gives {given}",
                remedy=f"give it in the step, or write `{{{{{name}}}}}` if braces are meant",
            )


def filled(command, texts):
    """The words of a command, with the params in their places."""

    def value(match):
        return f"{{{match[1]}}}" if match[1] else texts[match[2]]

    return [PLACEHOLDER.sub(value, word) for word in command]


def for_shell(command):
    """The words that let a shell read a text; its params are references to their variables."""
    pieces, end, quote = [], 0, ""
    for match in PLACEHOLDER.finditer(command):
        before = command[end : match.start()]
        quote = quote_after(before, quote)
        pieces.append(before)
        pieces.append(f"{{{match[1]}}}" if match[1] else reference(match[2], quote))
        end = match.end()
    return [SHELL, "-c", "".join(pieces) + command[end:]]


def reference(name, quote):
    """How a shell reads a variable as one word, in the quotes that are open."""
    return {"": '"${%s}"', '"': "${%s}", "'": "'\"${%s}\"'"}[quote] % variable_of(name)


def quote_after(text, quote):
    """Which quote is open behind a text of the shell: `'`, `"` or none."""
    is_escaped = False
    for character in text:
        if is_escaped:
            is_escaped = False
        elif character == "\\" and quote != "'":
            is_escaped = True
        elif character == quote:
            quote = ""
        elif character in "'\"" and not quote:
            quote = character
    return quote


def shown(words, variables):
    """A command as it would be typed."""
    given = [f"{name}={text}" for name, text in variables.items()]
    before = ["env", *given] if given and words[0] == SHELL else []
    text = " ".join(shlex.quote(word) for word in [*before, *words])
    return text if len(text) <= MAX_SHOWN_CHARACTERS else text[:MAX_SHOWN_CHARACTERS] + "…"


def answer(method, out):
    """What a command wrote: JSON as such, any other text as text, nothing as null."""
    text = out.strip()
    if len(text) > MAX_ANSWER_CHARACTERS:
        raise Refused(
            f"the command of `{method}` wrote more than {MAX_ANSWER_CHARACTERS} characters",
            remedy="let it write what it has to say, and its log to stderr",
        )
    try:
        return json.loads(text, parse_constant=str) if text else None
    except (ValueError, RecursionError):
        return text


if __name__ == "__main__":
    NetworkCommand().run()
