using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Dyad.Tests.EndToEnd;

/// <summary>The first program of the README compiles and does what the text under it says.</summary>
[Trait("Category", "e2e")]
public sealed class ReadmeTests
{
    [Fact]
    public void The_first_program_runs()
    {
        string readme = File.ReadAllText(Repository.PathOf("README.md"));
        string program = Regex.Match(readme, "```csharp\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        Assert.NotEmpty(program);
        Assert.InRange(program.TrimEnd().Split('\n').Length, 5, 14);

        string folder = Directory.CreateTempSubdirectory("dyad-readme-").FullName;
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
            (int code, string output) = Run(folder, "run");
            Assert.True(code == 0, output);

            // A critic of zeros: no bias with the corrections, all of it without.
            Assert.Matches(@"Actor_g +bias 1\.000", output);
            Assert.Matches(@"Actor_g \+ correction \(exact res-critic\) +bias 0\.000", output);
            Assert.Matches(@"Stackelberg +bias 0\.000", output);
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
