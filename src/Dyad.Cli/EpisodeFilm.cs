using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Dyad.Core;
using Dyad.Export;

namespace Dyad.Cli;

/// <summary>A film of a page of episodes: headless Chromium draws its frames, ffmpeg makes them a file.</summary>
internal static partial class EpisodeFilm
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <summary>Says what is missing, before anything is played.</summary>
    /// <exception cref="UserError">ffmpeg or Chromium is not there, or the file's name ends in neither .mp4 nor .gif.</exception>
    public static void RequireTools(string path)
    {
        if (Path.GetExtension(path) is not (".mp4" or ".gif"))
        {
            throw new UserError($"--video writes .mp4 or .gif, and '{path}' ends in neither");
        }

        if (ProgramPath.Find("ffmpeg") is null)
        {
            throw new UserError("--video needs ffmpeg, which is not on the PATH (on Debian: apt-get install ffmpeg)");
        }

        if (HeadlessBrowser.Find() is null)
        {
            throw new UserError("--video needs Chromium, which is not on the PATH (on Debian: apt-get install chromium)");
        }
    }

    /// <summary>Films the first episode of a page, 30 frames a second at most.</summary>
    /// <exception cref="UserError">A tool failed; the sentence ends with its last line.</exception>
    public static void Write(string path, string page, CancellationToken cancellation)
    {
        string work = Directory.CreateTempSubdirectory("dyad-film").FullName;
        try
        {
            // Chromium prints the page after its script has put the frames there.
            string document = HeadlessBrowser.Find()!.Run(
                work, Patience, cancellation, "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--window-size=1280,1000", "--virtual-time-budget=60000", "--dump-dom",
                new Uri(page).AbsoluteUri + "#film");
            MatchCollection frames = Frame().Matches(document);
            if (frames.Count == 0)
            {
                throw new UserError("Chromium drew no frame of the film");
            }

            string film = Path.Combine(work, "film" + Path.GetExtension(path));
            Encode(film, frames, Rate().Match(document) is { Success: true } rate ? rate.Groups[1].Value : "30");
            new TargetFolder(Path.GetDirectoryName(path)!, replace: true).Write(Path.GetFileName(path), target => File.Copy(film, target));
        }
        catch (Exception e) when (IoSentence.Tells(e) || e is Win32Exception)
        {
            throw new UserError($"the film '{path}' cannot be made: {IoSentence.Of(e)}", e);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static void Encode(string film, MatchCollection frames, string rate)
    {
        var start = new ProcessStartInfo("ffmpeg",
        [
            "-y", "-loglevel", "error", "-f", "image2pipe", "-framerate", rate, "-i", "-",
            .. Path.GetExtension(film) == ".gif"
                ? (string[])["-vf", "split[a][b];[a]palettegen[p];[b][p]paletteuse"]
                : ["-pix_fmt", "yuv420p", "-movflags", "+faststart"],
            film,
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        using (Stream input = process.StandardInput.BaseStream)
        {
            foreach (Match frame in frames)
            {
                input.Write(Convert.FromBase64String(frame.Groups[1].Value));
            }
        }

        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new UserError($"ffmpeg failed: {HeadlessBrowser.LastLine(error.GetAwaiter().GetResult())}");
        }
    }

    [GeneratedRegex("<i class=\"frame\">([A-Za-z0-9+/=]+)</i>")]
    private static partial Regex Frame();

    [GeneratedRegex("data-rate=\"([0-9.]+)\"")]
    private static partial Regex Rate();
}
