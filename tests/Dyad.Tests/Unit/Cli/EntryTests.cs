using System.CommandLine;
using System.Reflection;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Tests.EndToEnd;

namespace Dyad.Tests.Unit.Cli;

/// <summary>Whatever a command throws ends as one sentence and an exit code.</summary>
[Trait("Category", "unit")]
[Collection(InProcess.Name)]
public sealed class EntryTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string? _temporary = Environment.GetEnvironmentVariable("TMPDIR");
    private readonly string? _home = Environment.GetEnvironmentVariable("HOME");

    public EntryTests() => Environment.SetEnvironmentVariable("TMPDIR", _folder.FullPath);

    public static TheoryData<Exception, int, string> Faults => new()
    {
        { new UserError("the option is wrong\nhere"), 2, "dyad: the option is wrong\\nhere" },
        { new OperationCanceledException(), 130, "dyad: stopped." },
        { new InsufficientMemoryException(), 2, "dyad: out of memory: this needs more than the process may have." },
        { new IOException("No space left on device : '/x'", 28), 2, "dyad: a file or stream cannot be read or written: the disk is full" },
        { new AggregateException(new InvalidOperationException(), new AggregateException(new UserError("from a thread"))), 2, "dyad: from a thread" },
        { new AggregateException(new UserError("from a thread"), new OperationCanceledException()), 130, "dyad: stopped." },
        { new TargetInvocationException(new UserError("by name")), 2, "dyad: by name" },
        { new TypeInitializationException("Some.Type", new InsufficientMemoryException()), 2, "dyad: out of memory: this needs more than the process may have." },
    };

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("TMPDIR", _temporary);
        Environment.SetEnvironmentVariable("HOME", _home);
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void What_a_user_can_mend_is_one_sentence(Exception fault, int code, string sentence)
    {
        Outcome outcome = InProcess.Run(Faulty(fault), "break");
        Assert.Equal((code, sentence, ""), (outcome.ExitCode, outcome.Error.TrimEnd('\n'), outcome.Output));
        Assert.Empty(Directory.GetFiles(_folder.FullPath));
    }

    [Fact]
    public void Anything_else_is_one_sentence_that_names_the_file_with_the_trace()
    {
        // What lies there under the name is left alone, a link too.
        File.WriteAllText(_folder.PathOf("precious"), "precious");
        File.CreateSymbolicLink(_folder.PathOf($"dyad-trace-{Environment.ProcessId}-0.txt"), _folder.PathOf("precious"));
        Outcome outcome = InProcess.Run(Faulty(new InvalidOperationException("two\nlines")), "break", "it's this");
        Assert.Equal((70, ""), (outcome.ExitCode, outcome.Output));
        string path = _folder.PathOf($"dyad-trace-{Environment.ProcessId}-1.txt");
        Assert.Equal(
            $"dyad: this is a mistake in Dyad (InvalidOperationException: two\\nlines); please report it with the trace in '{path}'", outcome.Error.TrimEnd('\n'));
        Assert.Equal("precious", File.ReadAllText(_folder.PathOf("precious")));
        string trace = File.ReadAllText(path);
        Assert.Contains("./dyad break 'it'\\''s this'", trace, StringComparison.Ordinal);
        Assert.Contains(nameof(Faulty), trace, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_there_is_no_folder_for_the_trace_another_is_taken()
    {
        Environment.SetEnvironmentVariable("TMPDIR", _folder.PathOf("missing"));
        Environment.SetEnvironmentVariable("HOME", _folder.FullPath);
        Outcome outcome = InProcess.Run(Faulty(new InvalidOperationException()), "break");
        Assert.Contains($"'{_folder.FullPath}", Assert.Single(outcome.Sentences), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_folder.FullPath));
    }

    [Fact]
    public void A_word_that_begins_with_an_at_sign_is_no_file_of_words()
    {
        File.WriteAllText(_folder.PathOf("words"), "list studies");
        Assert.Contains("there is no command '@", InProcess.Run($"@{_folder.PathOf("words")}").Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Standard_error_that_is_lost_stops_nothing()
    {
        using var lost = new PatientWriter(new Lost());
        lost.WriteLine("progress");
        lost.Write('x');
        lost.Write("x");
        lost.Flush();
    }

    // Its stack is that of a command.
    private static Command Faulty(Exception fault)
    {
        var command = new Command("break") { new Argument<string[]>("WORDS") { Arity = ArgumentArity.ZeroOrMore } };
        command.SetAction(_ => fault is null ? 0 : throw fault);
        return new Command("dyad") { command };
    }

    private sealed class Lost : StringWriter
    {
        public override void Write(char value) => throw new IOException("No space left on device", 28);

        public override void Write(string? value) => throw new IOException("No space left on device", 28);

        public override void WriteLine(string? value) => throw new ObjectDisposedException("standard error");

        public override void Flush() => throw new IOException("No space left on device", 28);
    }
}
