/** The name in a label such as `OpenAI (API key or ChatGPT/Codex OAuth)`: a login is one of the ways in it. */
export const brandOf = ({ label }: { readonly label: string }): string => label.replace(/ \(.*$/, "");
