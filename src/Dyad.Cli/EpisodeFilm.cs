using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Dyad.Core;

namespace Dyad.Cli;

/// <summary>A film of a page of episodes: headless Chromium draws its frames, ffmpeg makes them a file.</summary>
internal static partial class EpisodeFilm
{
    private static readonly string[] Chromiums = ["chromium", "chromium-browser", "google-chrome", "chrome"];

    /// <summary>Says what is missing, before anything is played.</summary>
    /// <exception cref="UserError">ffmpeg or Chromium is not there, or the file's name ends in neither .mp4 nor .gif.</exception>
    public static void RequireTools(string path)
    {
        if (Path.GetExtension(path) is not (".mp4" or ".gif"))
        {
            throw new UserError($"--video writes .mp4 or .gif, and '{path}' ends in neither");
        }

        if (Find(["ffmpeg"]) is null)
        {
            throw new UserError("--video needs ffmpeg, which is not on the PATH (on Debian: apt-get install ffmpeg)");
        }

        if (Find(Chromiums) is null)
        {
            throw new UserError("--video needs Chromium, which is not on the PATH (on Debian: apt-get install chromium)");
        }
    }

    /// <summary>Films the first episode of a page, 30 frames a second at most.</summary>
    /// <exception cref="UserError">A tool failed; the sentence ends with its last line.</exception>
    public static void Write(string path, string page, CancellationToken cancellation)
    {
        string profile = Directory.CreateTempSubdirectory("dyad-film").FullName;
        try
        {
            // Chromium prints the page after its script has put the frames there.
            string address = new Uri(page).AbsoluteUri + "#film";
            using Process browser = Start(Find(Chromiums)!, redirectInput: false,
                "--headless=new", "--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader", "--use-angle=swiftshader", "--allow-file-access-from-files",
                $"--user-data-dir={profile}", "--window-size=1280,1000", "--virtual-time-budget=600000", "--timeout=600000", "--dump-dom", address);
            using CancellationTokenRegistration stop = cancellation.Register(() => Kill(browser));
            string document = browser.StandardOutput.ReadToEnd();
            browser.WaitForExit();
            cancellation.ThrowIfCancellationRequested();
            MatchCollection frames = Frame().Matches(document);
            if (frames.Count == 0)
            {
                throw new UserError("Chromium drew no frame of the film");
            }

            string rate = Rate().Match(document) is { Success: true } match ? match.Groups[1].Value : "30";
            string partial = path + ".partial" + Path.GetExtension(path);
            using Process film = Start("ffmpeg", redirectInput: true,
                [
                    "-y", "-loglevel", "error", "-f", "image2pipe", "-framerate", rate, "-i", "-",
                    .. Path.GetExtension(path) == ".gif"
                        ? (string[])["-vf", "split[a][b];[a]palettegen[p];[b][p]paletteuse"]
                        : ["-pix_fmt", "yuv420p", "-movflags", "+faststart"],
                    partial,
                ]);
            using (Stream input = film.StandardInput.BaseStream)
            {
                foreach (Match frame in frames)
                {
                    input.Write(Convert.FromBase64String(frame.Groups[1].Value));
                }
            }

            string error = film.StandardError.ReadToEnd();
            film.WaitForExit();
            if (film.ExitCode != 0)
            {
                throw new UserError($"ffmpeg failed: {error.Trim().Split('\n')[^1]}");
            }

            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
        {
            throw new UserError($"the film '{path}' cannot be made: {e.Message}", e);
        }
        finally
        {
            Directory.Delete(profile, recursive: true);
        }
    }

    private static string? Find(string[] names) => (from name in names
                                                    from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
                                                    let file = Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name)
                                                    where File.Exists(file)
                                                    select file).FirstOrDefault();

    private static Process Start(string program, bool redirectInput, params string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = redirectInput,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start)!;
        if (!redirectInput)
        {
            // Nobody reads it, and a full pipe would stop it.
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
        }

        return process;
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    [GeneratedRegex("<i class=\"frame\">([A-Za-z0-9+/=]+)</i>")]
    private static partial Regex Frame();

    [GeneratedRegex("data-rate=\"([0-9.]+)\"")]
    private static partial Regex Rate();
}
