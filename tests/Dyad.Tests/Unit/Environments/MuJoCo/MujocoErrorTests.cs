using System.Diagnostics;
using System.Runtime.InteropServices;
using Dyad.Environments.MuJoCo;

namespace Dyad.Tests.Unit.Environments.MuJoCo;

/// <summary>
/// An error that MuJoCo cannot recover from, in a process of its own: MuJoCo's handler would print a question and wait for a
/// key for ever.
/// </summary>
[Trait("Category", "unit")]
public sealed class MujocoErrorTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_fatal_error_ends_the_process_at_once_with_one_sentence(bool inputIsClosed)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [
                typeof(MujocoErrorTests).Assembly.Location, "-explicit", "only", "-noColor", "-noLogo",
                "-method", $"{typeof(MujocoErrorTests).FullName}.{nameof(Fail)}",
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Directory.CreateTempSubdirectory("dyad").FullName,
        };
        using Process process = Process.Start(start)!;
        if (inputIsClosed)
        {
            process.StandardInput.Close();
        }

        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var patience = new CancellationTokenSource(Patience);
        bool hasEnded = true;
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            hasEnded = false;
            process.Kill();
        }

        Assert.True(hasEnded, "the process waits");
        Assert.Equal(MujocoErrors.ExitCode, process.ExitCode);
        string sentence = await errors;
        Assert.StartsWith("dyad: MuJoCo cannot go on: no memory for contacts", sentence, StringComparison.Ordinal);
        Assert.Single(sentence.TrimEnd('\n').Split('\n'));
        Assert.DoesNotContain("Press Enter", await output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(start.WorkingDirectory));
    }

    /// <summary>What the child process does: MuJoCo reports an error by the function that all its own errors go through, in every release.</summary>
    [Fact(Explicit = true)]
    public void Fail()
    {
        nint library = NativeLibrary.Load(MujocoLibrary.Shared.Installation.Library);
        Marshal.GetDelegateForFunctionPointer<Report>(NativeLibrary.GetExport(library, "mju_error"))("no memory\nfor contacts");
        Assert.Fail("MuJoCo went on");
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void Report([MarshalAs(UnmanagedType.LPUTF8Str)] string message);
}
