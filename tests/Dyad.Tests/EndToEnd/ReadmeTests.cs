using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Dyad.Tests.EndToEnd;

/// <summary>The programs in the docs compile and do what the text beside them says.</summary>
[Trait("Category", "e2e")]
public sealed class ReadmeTests
{
    [Fact]
    public void The_first_program_runs()
    {
        string output = RunProgram("docs/tabular.md", "A first program", largestLines: 14);

        // A critic of zeros: no bias with the corrections, all of it without.
        Assert.Matches(@"Actor_g +bias 1\.000", output);
        Assert.Matches(@"Actor_g \+ correction \(exact res-critic\) +bias 0\.000", output);
        Assert.Matches(@"Stackelberg +bias 0\.000", output);
    }

    [Fact]
    public void The_training_program_trains_saves_loads_acts_and_evaluates()
    {
        string output = RunProgram("docs/training.md", "In code", largestLines: 31);
        double action = double.Parse(Regex.Match(output, @"action (-?[\d.]+)").Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(action, -1, 1);

        // Of the agent that loaded the policy; a random one gets about -1200.
        double mean = double.Parse(Regex.Match(output, @"return (-?[\d.]+)").Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(mean, -600, 0);
    }

    // The first program under a heading of a page.
    private static string RunProgram(string page, string heading, int largestLines)
    {
        string text = File.ReadAllText(Repository.PathOf(page));
        string program = Regex.Match(text, $"^## {heading}\n[^#]*?```csharp\n(.*?)```", RegexOptions.Singleline | RegexOptions.Multiline).Groups[1].Value;
        Assert.NotEmpty(program);
        Assert.InRange(program.TrimEnd().Split('\n').Length, 5, largestLines);

        string folder = Directory.CreateTempSubdirectory("dyad-docs-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "Program.cs"), program);
            File.WriteAllText(Path.Combine(folder, "First.csproj"), $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <OutputType>Exe</OutputType>
                    <TargetFramework>net10.0</TargetFramework>
                    <ImplicitUsings>enable</ImplicitUsings>
                    <Nullable>enable</Nullable>
                    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                  </PropertyGroup>
                  <ItemGroup>
                    <Reference Include="{typeof(Tabular.Mdp).Assembly.Location}" />
                    <Reference Include="{typeof(System.Numerics.Tensors.TensorPrimitives).Assembly.Location}" />
                  </ItemGroup>
                </Project>
                """);
            (int code, string output) = Run(folder, "run", "-c", "Release");
            Assert.True(code == 0, output);
            return output;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (int Code, string Output) Run(string folder, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}
