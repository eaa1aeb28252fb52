// The shells that can complete, and how each of them asks. A script knows nothing of the commands: it asks the
// program with every press of the key, so that it never grows stale.

export const SHELLS = ["zsh", "bash", "powershell", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

export const isShell = (text: string): text is Shell => (SHELLS as readonly string[]).includes(text);

/** File name of the script under `completions/` in the state dir. */
export const SCRIPT_FILES = {
  zsh: "openclaw.zsh",
  bash: "openclaw.bash",
  powershell: "openclaw.ps1",
  fish: "openclaw.fish",
} as const satisfies Record<Shell, string>;

/** bash takes `:` and `=` for ends of words, so that it replaces only what follows the last of them. */
const BASH = `# openclaw completion for bash
_openclaw_complete() {
  local line="\${COMP_LINE:0:COMP_POINT}" words=() word brief head=""
  read -ra words <<<"$line"
  case "$line" in *[[:space:]]) words+=("") ;; esac
  local current="\${words[\${#words[@]} - 1]}"
  local breaks="\${COMP_WORDBREAKS//[^:=]/}"
  case "\${breaks:+$current}" in *["$breaks"]*) head="\${current%"\${current##*["$breaks"]}"}" ;; esac
  COMPREPLY=()
  while IFS=$'\\t' read -r word brief; do
    COMPREPLY+=("\${word#"$head"}")
  done < <("\${COMP_WORDS[0]}" __complete -- "\${words[@]:1}" 2>/dev/null)
  case "\${#COMPREPLY[@]}:\${COMPREPLY[0]}" in 1:*/) compopt -o nospace 2>/dev/null ;; esac
}
complete -o default -F _openclaw_complete openclaw
`;

const ZSH = `#compdef openclaw
# openclaw completion for zsh
_openclaw() {
  local -a proposals partial
  local line
  for line in "\${(@f)$("\${(Q)words[1]}" __complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z $line ]] && continue
    if [[ $line == */ || $line == */$'\\t'* ]]; then
      partial+=("\${line%%$'\\t'*}")
    else
      proposals+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done
  (( $#partial )) && compadd -S '' -- $partial
  (( $#proposals )) && _describe -t openclaw openclaw proposals
  (( $#partial + $#proposals )) || _files
}
if (( ! $+functions[compdef] )); then
  autoload -Uz compinit && compinit
fi
compdef _openclaw openclaw
`;

const FISH = `# openclaw completion for fish
function __openclaw_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l proposals (command $words[1] __complete -- $words[2..-1] "$current" 2>/dev/null)
    if test (count $proposals) -gt 0
        printf '%s\\n' $proposals
    else
        __fish_complete_path "$current"
    end
end
complete -c openclaw -f -a '(__openclaw_complete)'
`;

const POWERSHELL = `# openclaw completion for PowerShell
Register-ArgumentCompleter -Native -CommandName openclaw -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
  if ($wordToComplete -eq '') { $words += '' }
  & openclaw __complete '--' @words 2>$null | ForEach-Object {
    $text, $brief = $_ -split "\`t", 2
    if (-not $brief) { $brief = $text }
    [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $brief)
  }
}
`;

export const SCRIPTS = { zsh: ZSH, bash: BASH, powershell: POWERSHELL, fish: FISH } as const satisfies Record<
  Shell,
  string
>;
