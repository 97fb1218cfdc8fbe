using System.Globalization;
using Dyad.Core;
using Dyad.GpuCheck;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    return args is [string command, .. string[] rest] ? command switch
    {
        "report" when rest.Length > 0 => Report.Write(rest[0], Arguments.Parse(rest[1..])),
        "measure" => Measuring.Run(Arguments.Parse(rest)),
        "check" => Checking.Run(Arguments.Parse(rest)),
        "list" when rest.Length == 1 => Listing.Run(Samples.Required(rest[0])),
        "ptx" when rest.Length == 1 => Assembly.Write(rest[0]),
        _ => Usage(),
    } : Usage();
}
catch (UserError e)
{
    Console.Error.WriteLine($"gpucheck: {e.Message}{(e.Message.EndsWith('?') ? "" : ".")}");
    return 2;
}

static int Usage()
{
    Console.Error.WriteLine("gpucheck: one of report FOLDER, measure, check, list METHOD and ptx FOLDER; then gpu or processor, and key=value.");
    return 2;
}
