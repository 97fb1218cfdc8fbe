using System.Diagnostics;
using Dyad.Cli.Terminal;

namespace Dyad.Tests.Unit.Cli;

[Trait("Category", "unit")]
public sealed class ShellTests
{
    private static readonly string[] Words =
    [
        "plain", "a/b-c_d.e:f=1,2+3@4%5", "two words", "it's", "\"quoted\"", "$HOME", "`id`", "$(id)", "a;b", "a&b", "a|b", "*", "?", "[a]", "{a,b}", "~", "~root",
        "a~b", "!!", "#", "a#b", "\\", "a\\", "", " ", "-", "--out=a b", "=ls", "new\nline", "tab\tand ' and \\", "\u001b[2J", "\u0085", "ü 𝒳", "(a)", "<a>", "\r",
    ];

    [Fact]
    public void A_shell_reads_each_word_as_it_was()
    {
        string script = string.Concat(Words.Select(word => $"printf '%s\\0' {Shell.Quoted(word)}\n"));
        using Process process = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, StandardOutputEncoding = System.Text.Encoding.UTF8, Environment = { ["LC_ALL"] = "C.UTF-8" } })!;
        string[] read = process.StandardOutput.ReadToEnd().Split('\0')[..^1];
        process.WaitForExit();
        Assert.Equal(Words, read);
    }

    [Fact]
    public void A_quoted_word_stays_in_its_line_and_is_bare_where_it_can_be()
    {
        Assert.All(Words, word => Assert.DoesNotContain(Shell.Quoted(word), char.IsControl));
        Assert.Equal("./dyad train sac Pendulum-v1 --out 'my runs'", Shell.Command("train", "sac", "Pendulum-v1", "--out", "my runs"));
    }
}
