using System.Runtime.InteropServices;
using Dyad.Core;

namespace Dyad.Live;

/// <summary>
/// Started by <c>dyad watch</c> and by nobody else: its words come from there, and it ends when its standard input does, with the command.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        // Ctrl-C reaches both processes; the command decides.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        try
        {
            LiveSettings settings = LiveSettings.Read(arguments, Environment.GetEnvironmentVariable);
            await using LiveServer server = await LiveServer.StartAsync(settings);
            Console.Out.WriteLine(server.Address);
            await Console.In.ReadToEndAsync();
            return 0;
        }
        catch (UserError e)
        {
            Console.Error.WriteLine(OneLine.Of(e.Message));
            return 2;
        }
    }
}
