using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using Dyad.Core;

namespace Dyad.Cli;

/// <summary>
/// The live view as a process beside this one: it needs ASP.NET Core, which the command line does without. It ends with this process,
/// whose end closes its standard input.
/// </summary>
internal sealed class LiveView : IDisposable
{
    /// <summary>Where the page is served when nothing else is asked for; another port where this one is in use.</summary>
    public const int UsualPort = 6160;

    private const string TokenVariable = "DYAD_WATCH_TOKEN";

    // What the .NET host ends with where a framework is missing.
    private const int FrameworkMissing = 150;

    private const int ShortestToken = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private LiveView(Process process, string address) => (_process, Address) = (process, address);

    /// <summary>The page's address.</summary>
    public string Address { get; }

    /// <summary>Starts to serve a folder.</summary>
    /// <param name="folder">The folder, which is made where there is none.</param>
    /// <param name="listen">Another address than loopback's; needs a token.</param>
    /// <param name="port">The port; null for the usual one, or a free one.</param>
    /// <param name="tokenFile">A file with the token; null for the variable.</param>
    /// <exception cref="UserError">It cannot be started.</exception>
    public static LiveView Start(string folder, string? listen = null, int? port = null, string? tokenFile = null)
    {
        IPAddress address = Parse(listen);
        string token = IPAddress.IsLoopback(address) && tokenFile is null ? "" : Token(tokenFile, address);
        string program = Path.Combine(AppContext.BaseDirectory, "live", "Dyad.Live.dll");
        if (!File.Exists(program))
        {
#if SHIPPED
            throw new UserError($"the live view is not here: '{program}' is missing, which the .NET tool (dotnet tool install Dyad.Cli) has");
#else
            throw new UserError($"the live view is not installed: '{program}' is missing, which './dyad' builds");
#endif
        }

        var start = new ProcessStartInfo(Host(), [program, Path.GetFullPath(folder), address.ToString(), $"{port ?? UsualPort}", port is null ? "free" : "fixed"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[TokenVariable] = token;
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new UserError($"the live view cannot be started: {OneLine.Of(e.Message, 200)}", e);
        }

        // The page's own address, or nothing where it has ended.
        Task<string?> told = process.StandardOutput.ReadLineAsync();
        Task<string> complaints = process.StandardError.ReadToEndAsync();
        if (told.Wait(Patience) && told.Result is { } url)
        {
            return new LiveView(process, token.Length > 0 ? $"{url}?token={Uri.EscapeDataString(token)}" : url);
        }

        using (process)
        {
            if (!process.WaitForExit(TimeSpan.FromSeconds(1)))
            {
                process.Kill();
                throw new UserError($"the live view did not start within {Patience.TotalSeconds:0} s");
            }

            throw new UserError(process.ExitCode == FrameworkMissing
                ? "the live view needs the ASP.NET Core runtime 10, which is not installed here (on Debian: apt-get install aspnetcore-runtime-10.0); everything else goes without"
                : OneLine.Of(complaints.Wait(Patience) && complaints.Result.Length > 0 ? complaints.Result.Trim() : $"the live view ended with code {process.ExitCode}", 300));
        }
    }

    /// <summary>Waits until it is asked to stop, or the view ends by itself.</summary>
    public void Wait(CancellationToken cancellation)
    {
        try
        {
            _process.WaitForExitAsync(cancellation).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            return;
        }

        throw new UserError($"the live view has ended by itself, with code {_process.ExitCode}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(3)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static IPAddress Parse(string? listen)
    {
        if (listen is null)
        {
            return IPAddress.Loopback;
        }

        return IPAddress.TryParse(listen, out IPAddress? address) ? address
            : throw new UserError($"--listen is '{listen}'; it must be an address of this machine as 192.168.1.5, or 0.0.0.0 for all of them");
    }

    private static string Token(string? file, IPAddress address)
    {
        string token = file is null ? Environment.GetEnvironmentVariable(TokenVariable) ?? "" : TextFile.Read(file, 1 << 16).Trim();
        return token.Length >= ShortestToken && token.All(c => c is > ' ' and <= '~') ? token : throw new UserError(
            $"--listen {address} shows the runs to whoever reaches it, and needs a token: --token-file FILE or the variable {TokenVariable}, at least {ShortestToken} letters and digits");
    }

    // The .NET that runs this process, or the one on the PATH.
    private static string Host() =>
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
}
