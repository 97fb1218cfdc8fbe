using System.Globalization;
using Dyad.GpuCheck;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return args is [string command, .. string[] rest] ? command switch
{
    "measure" => Measuring.Run(rest),
    "check" => Checking.Run(rest),
    "ptx" => Assembly.Write(rest),
    "list" => Listing.Run(rest),
    _ => Usage(),
} : Usage();

static int Usage()
{
    Console.Error.WriteLine("gpucheck measure|check|ptx [gpu|processor] ...");
    return 2;
}
